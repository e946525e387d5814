package import Codec
package import NIOCore

/// DATA and CREDIT of all streams of a connection, both ways, and the order in which streams send.
///
/// Receiving: windows, assembly of messages, credit given back. Sending: `Transfer+Sending.swift`.
package struct Transfer {
  /// What is known of one stream, in both directions.
  struct Stream {
    enum Input { case open, finished, ignored }

    struct Untaken {
      let bytes: Int
      /// What it gives back; 0 if it had room of its own.
      let cost: Int
    }

    /// Whether the current message has credit beyond the stream's window.
    enum Room { case notNeeded, asked, given }

    var input = Input.open
    var received: ReceiveWindow
    var assembler = MessageAssembler()
    var messageBytesMax: Int
    /// Whole messages that were not taken yet.
    var untaken = ShortQueue<Untaken>()
    /// Bytes of the message that is not whole.
    var partialBytes = 0
    /// Whether no handler sees the call before its request is whole.
    var isUnseen = false
    /// Credit that the chunks of the current message have cost so far.
    var partialCost = 0
    var room = Room.notNeeded
    /// What the window has grown by.
    var grownBytes = 0
    /// Whether the message that arrives, or arrived last, is compressed, and to what it inflates.
    var isCompressed = false
    var inflatedBytes = 0

    var credit: SendWindow
    var outbound = OutboundQueue()
    var compressesOutput = false
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
  var streams = StreamMap<Stream>()
  var schedule = Schedule()
  var connectionCredit: SendWindow
  /// Frames that are ready to go, in order.
  package var staged = ByteBuffer()
  /// CREDIT frames that our DATA may bring us; the owner counts those beyond.
  var sentDataFrames = 0
  /// Messages that were staged without waiting for their turn since output was last taken.
  var sentAtOnce: [Sent] = []
  /// Bytes of what was staged like that.
  var stagedAtOnceBytes = 0
  /// Bytes that are ready for other reasons than what calls have to say.
  var stagedControlBytes: Int { staged.readableBytes - stagedAtOnceBytes }
  /// Streams whose END went out.
  var endedStreams: [StreamID] = []
  private(set) var connectionReceived: ReceiveWindow
  private var assembly: AssemblyBudget
  private let share: ReceivedBytes.Share?
  /// What the windows of this connection's streams may still grow by, together.
  private var growthBytesLeft: Int

  package init(limits: Limits, sharing received: ReceivedBytes? = nil) {
    self.limits = limits
    share = received.map(ReceivedBytes.Share.init)
    connectionCredit = SendWindow(peer.connectionWindowBytes)
    connectionReceived = ReceiveWindow(size: limits.connectionWindowBytes)
    assembly = AssemblyBudget(bytesMax: limits.assembledBytesMax)
    growthBytesLeft = limits.windowGrowthBytesMax
  }

  /// Streams that have not been removed.
  package var count: Int { streams.count }

  package func contains(_ stream: StreamID) -> Bool { streams[stream] != nil }

  package mutating func open(_ stream: StreamID) {
    streams[stream] = Stream(
      received: ReceiveWindow(size: limits.streamWindowBytes),
      messageBytesMax: limits.messageBytesMax, credit: SendWindow(peer.streamWindowBytes))
  }

  /// Takes messages of a stream up to a limit of its own, and says whether a handler sees the call
  /// before it has a whole message.
  mutating func limitInput(of stream: StreamID, messageBytesMax: Int?, isUnseen: Bool) {
    guard let index = streams.index(forKey: stream) else { return }
    if let messageBytesMax {
      streams[at: index].messageBytesMax = min(messageBytesMax, limits.messageBytesMax)
    }
    streams[at: index].isUnseen = isUnseen
  }

  /// Forgets a stream and frees what it held.
  package mutating func remove(_ stream: StreamID) {
    guard let removed = streams.removeValue(forKey: stream) else { return }
    growthBytesLeft += removed.grownBytes
    if let share {
      var removed = removed
      share.giveBack(removed.partialBytes)
      while let message = removed.untaken.popFirst() { share.giveBack(message.bytes) }
    }
    give(assembly.remove(stream))
  }

  /// Drops what more arrives on the stream.
  package mutating func ignoreInput(of stream: StreamID) {
    guard let index = streams.index(forKey: stream) else { return }
    streams[at: index].input = .ignored
    streams[at: index].assembler = MessageAssembler()
    share?.giveBack(streams[at: index].partialBytes)
    streams[at: index].partialBytes = 0
    give(assembly.remove(stream))
  }

  // MARK: Receiving

  /// Takes a DATA frame, of a stream that may have ended already.
  package mutating func received(_ frame: Frame) throws(ConnectionFault) -> Outcome {
    let flags = frame.header.flags
    let isEmptyFinish = flags == .finish && frame.header.length == 0
    let isCompressed = flags.contains(.compressed)
    let cost =
      isCompressed
      ? try self.cost(ofCompressed: frame)
      : frame.header.length + (flags.contains(.first) ? ReceiveWindow.messageOverheadBytes : 0)
    guard
      isCompressed
        ? connectionReceived.received(overdrawing: cost) : connectionReceived.received(cost)
    else {
      throw ConnectionFault(.flowControl, "\(cost) bytes of DATA beyond the connection's credit")
    }
    connectionReceived.consumed(cost)
    if let grant = connectionReceived.takeGrant() { stageCredit(grant, for: .connection) }

    let stream = frame.header.stream
    guard let index = streams.index(forKey: stream) else { return .nothing }
    switch streams[at: index].input {
    case .ignored: return .nothing
    case .finished: throw .protocolError("DATA on stream \(stream) after its last message")
    case .open: break
    }
    guard
      isCompressed
        ? streams[at: index].received.received(overdrawing: cost)
        : streams[at: index].received.received(cost)
    else {
      throw ConnectionFault(
        .flowControl, "\(cost) bytes of DATA beyond the credit of stream \(stream)")
    }
    if isEmptyFinish {
      guard !streams[at: index].assembler.isPartial else {
        throw .protocolError("stream \(stream) finishes within a message")
      }
      streams[at: index].input = .finished
      return .finished
    }
    var held = frame.header.length
    var messageBytesMax = streams[at: index].messageBytesMax
    if isCompressed || streams[at: index].isCompressed {
      if let refusal = try checkCompressed(frame, at: index) {
        ignoreInput(of: stream)
        return .refused(refusal)
      }
      if isCompressed {
        held = max(cost - ReceiveWindow.messageOverheadBytes, 0)
        messageBytesMax += Compression.headerBytes
      }
    }
    guard share?.take(held) ?? true else { return refuseForRoom(stream, at: index) }
    streams[at: index].partialBytes += held
    streams[at: index].partialCost += cost
    let outcome = try streams[at: index].assembler.append(
      flags, frame.payload, messageBytesMax: messageBytesMax)
    return handle(outcome, on: stream, at: index, isLast: flags.contains(.finish))
  }

  /// What a call ends with for which the server has no memory left.
  private mutating func refuseForRoom(_ stream: StreamID, at index: Int) -> Outcome {
    var status = Status(
      .resourceExhausted,
      "messages that wait take \(share?.bytesMax ?? 0) bytes on all connections: that is the limit")
    status.details =
      [.retryAfter(.seconds(1))] + (streams[at: index].isUnseen ? [.unprocessed] : [])
    ignoreInput(of: stream)
    return .refused(status)
  }

  private mutating func handle(
    _ outcome: MessageAssembler.Outcome, on stream: StreamID,
    at index: Int, isLast: Bool
  ) -> Outcome {
    switch outcome {
    case .began(let bytes):
      let cost = Self.chunkedCost(of: bytes)
      // A compressed one has been paid for.
      if cost > limits.streamWindowBytes / 2, !streams[at: index].isCompressed {
        streams[at: index].room = .asked
        give(assembly.reserve(cost, for: stream))
      }
      return .nothing
    case .more:
      return .nothing
    case .message(let bytes):
      settle(stream, at: index)
      if isLast { streams[at: index].input = .finished }
      guard streams[at: index].isCompressed else { return .message(bytes, isLast: isLast) }
      do {
        let stated = streams[at: index].inflatedBytes
        return .message(try Compression.inflated(bytes, stated: stated), isLast: isLast)
      } catch {
        ignoreInput(of: stream)
        return .refused(error)
      }
    case .tooLarge(let bytes):
      let limit = streams[at: index].messageBytesMax
      ignoreInput(of: stream)
      return .refused(.past("message bytes", value: bytes, limit: limit))
    }
  }

  /// Notes what the message that is now whole will give back when it is taken.
  private mutating func settle(_ stream: StreamID, at index: Int) {
    let room = streams[at: index].room
    streams[at: index].untaken.append(
      Stream.Untaken(
        bytes: streams[at: index].partialBytes,
        cost: room == .given ? 0 : streams[at: index].partialCost))
    streams[at: index].partialCost = 0
    streams[at: index].partialBytes = 0
    streams[at: index].room = .notNeeded
    if room == .asked { give(assembly.withdraw(stream)) }
  }

  /// Records that the call has taken its oldest messages, and gives their credit back.
  package mutating func consumed(messages: Int, on stream: StreamID) {
    guard let index = streams.index(forKey: stream) else { return }
    for _ in 0..<messages {
      guard let message = streams[at: index].untaken.popFirst() else { break }
      share?.giveBack(message.bytes)
      if message.cost == 0 {
        give(assembly.release(stream))
      } else {
        streams[at: index].received.consumed(message.cost)
      }
    }
    guard streams[at: index].input == .open else { return }
    if let grant = streams[at: index].received.takeGrant() {
      stageCredit(grant + growth(at: index), for: stream)
    }
  }

  /// Doubles the window of a stream whose messages are taken as fast as they come, as far as the
  /// connection's share allows: then it is the window that holds back a distant sender.
  private mutating func growth(at index: Int) -> Int {
    guard streams[at: index].untaken.isEmpty else { return 0 }
    let size = streams[at: index].received.size
    let bytes = min(size, limits.streamWindowBytesMax - size, growthBytesLeft)
    guard bytes > 0 else { return 0 }
    growthBytesLeft -= bytes
    streams[at: index].grownBytes += bytes
    streams[at: index].received.grow(by: bytes)
    return bytes
  }

  /// Gives each message that got room credit for all of its bytes.
  private mutating func give(_ grants: [AssemblyBudget.Grant]) {
    for grant in grants {
      guard let index = streams.index(forKey: grant.stream) else { continue }
      streams[at: index].room = .given
      streams[at: index].received.extend(by: grant.bytes)
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
