package import Codec
package import NIOCore

/// DATA and CREDIT of all streams of a connection, both ways, and the order in which streams send.
///
/// Receiving: windows, assembly of messages, credit given back. Sending: `Transfer+Sending.swift`.
package struct Transfer {
  /// What is known of one stream, in both directions.
  struct Stream {
    enum Input { case open, finished, ignored }
    /// Whether the current message has credit beyond the stream's window.
    enum Room { case notNeeded, asked, given }

    var input = Input.open
    var received: ReceiveWindow
    var assembler = MessageAssembler()
    /// Costs of whole messages that were not taken yet; 0 for one that had room of its own.
    var untaken = CircularBuffer<Int>(initialCapacity: 1)
    /// Credit that the chunks of the current message have cost so far.
    var partialCost = 0
    var room = Room.notNeeded

    var credit: SendWindow
    var outbound = OutboundQueue()
    var place = Place.none
  }

  /// What a DATA frame led to.
  package enum Outcome: Equatable {
    case nothing
    case message(Bytes, isLast: Bool)
    case finished
    /// A message past the limit: the stream takes no more input.
    case refused(Status)
  }

  let limits: Limits
  var peer = PeerSettings()
  var streams: [StreamID: Stream] = [:]
  var schedule = Schedule()
  var connectionCredit: SendWindow
  /// Frames that are ready to go, in order.
  package var staged = ByteBuffer()
  /// CREDIT frames that our DATA may bring us; the owner counts those beyond.
  var sentDataFrames = 0
  /// Streams whose END went out.
  var endedStreams: [StreamID] = []
  private var connectionReceived: ReceiveWindow
  private var assembly: AssemblyBudget

  package init(limits: Limits) {
    self.limits = limits
    connectionCredit = SendWindow(peer.connectionWindowBytes)
    connectionReceived = ReceiveWindow(size: limits.connectionWindowBytes)
    assembly = AssemblyBudget(bytesMax: limits.assembledBytesMax)
  }

  /// Streams that have not been removed.
  package var count: Int { streams.count }

  package func contains(_ stream: StreamID) -> Bool { streams[stream] != nil }

  package mutating func open(_ stream: StreamID) {
    streams[stream] = Stream(
      received: ReceiveWindow(size: limits.streamWindowBytes),
      credit: SendWindow(peer.streamWindowBytes))
  }

  /// Forgets a stream and frees what it held.
  package mutating func remove(_ stream: StreamID) {
    guard streams.removeValue(forKey: stream) != nil else { return }
    give(assembly.remove(stream))
  }

  /// Drops what more arrives on the stream.
  package mutating func ignoreInput(of stream: StreamID) {
    guard let index = streams.index(forKey: stream) else { return }
    streams.values[index].input = .ignored
    streams.values[index].assembler = MessageAssembler()
    give(assembly.remove(stream))
  }

  // MARK: Receiving

  /// Takes a DATA frame, of a stream that may have ended already.
  package mutating func received(_ frame: Frame) throws(ConnectionFault) -> Outcome {
    let flags = frame.header.flags
    let isEmptyFinish = flags == .finish && frame.header.length == 0
    let cost =
      frame.header.length + (flags.contains(.first) ? ReceiveWindow.messageOverheadBytes : 0)
    guard connectionReceived.received(cost) else {
      throw ConnectionFault(.flowControl, "\(cost) bytes of DATA beyond the connection's credit")
    }
    connectionReceived.consumed(cost)
    if let grant = connectionReceived.takeGrant() { stageCredit(grant, for: .connection) }

    let stream = frame.header.stream
    guard let index = streams.index(forKey: stream) else { return .nothing }
    switch streams.values[index].input {
    case .ignored: return .nothing
    case .finished: throw .protocolError("DATA on stream \(stream) after its last message")
    case .open: break
    }
    guard streams.values[index].received.received(cost) else {
      throw ConnectionFault(
        .flowControl, "\(cost) bytes of DATA beyond the credit of stream \(stream)")
    }
    if isEmptyFinish {
      guard !streams.values[index].assembler.isPartial else {
        throw .protocolError("stream \(stream) finishes within a message")
      }
      streams.values[index].input = .finished
      return .finished
    }
    streams.values[index].partialCost += cost
    let outcome = try streams.values[index].assembler.append(
      flags, frame.payload, messageBytesMax: limits.messageBytesMax)
    return handle(outcome, on: stream, at: index, isLast: flags.contains(.finish))
  }

  private mutating func handle(
    _ outcome: MessageAssembler.Outcome, on stream: StreamID,
    at index: Dictionary<StreamID, Stream>.Index, isLast: Bool
  ) -> Outcome {
    switch outcome {
    case .began(let bytes):
      let cost = Self.chunkedCost(of: bytes)
      if cost > limits.streamWindowBytes / 2 {
        streams.values[index].room = .asked
        give(assembly.reserve(cost, for: stream))
      }
      return .nothing
    case .more:
      return .nothing
    case .message(let bytes):
      settle(stream, at: index)
      if isLast { streams.values[index].input = .finished }
      return .message(bytes, isLast: isLast)
    case .tooLarge(let bytes):
      ignoreInput(of: stream)
      return .refused(.past("message bytes", value: bytes, limit: limits.messageBytesMax))
    }
  }

  /// Notes what the message that is now whole will give back when it is taken.
  private mutating func settle(_ stream: StreamID, at index: Dictionary<StreamID, Stream>.Index) {
    let room = streams.values[index].room
    streams.values[index].untaken.append(
      room == .given ? 0 : streams.values[index].partialCost)
    streams.values[index].partialCost = 0
    streams.values[index].room = .notNeeded
    if room == .asked { give(assembly.withdraw(stream)) }
  }

  /// Takes note that the call has taken its oldest messages, and gives their credit back.
  package mutating func consumed(messages: Int, on stream: StreamID) {
    guard let index = streams.index(forKey: stream) else { return }
    for _ in 0..<messages {
      guard let cost = streams.values[index].untaken.popFirst() else { break }
      if cost == 0 {
        give(assembly.release(stream))
      } else {
        streams.values[index].received.consumed(cost)
      }
    }
    guard streams.values[index].input == .open else { return }
    if let grant = streams.values[index].received.takeGrant() { stageCredit(grant, for: stream) }
  }

  /// Gives each message that got room credit for all of its bytes.
  private mutating func give(_ grants: [AssemblyBudget.Grant]) {
    for grant in grants {
      guard let index = streams.index(forKey: grant.stream) else { continue }
      streams.values[index].room = .given
      streams.values[index].received.extend(by: grant.bytes)
      stageCredit(grant.bytes, for: grant.stream)
    }
  }

  /// Credit that a message in several chunks costs.
  static func chunkedCost(of bytes: Int) -> Int { bytes + 4 + ReceiveWindow.messageOverheadBytes }

  private mutating func stageCredit(_ bytes: Int, for stream: StreamID) {
    staged.writeFrameHeader(FrameHeader(.credit, stream: stream, length: 4))
    staged.writeInteger(UInt32(bytes))
  }
}
