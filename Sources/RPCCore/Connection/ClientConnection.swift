package import Codec
package import NIOCore

/// A connection as the client sees it: bytes in, events out, frames to send.
///
/// No IO, no clock.
package struct ClientConnection {
  /// What the server did.
  package enum Event: Equatable {
    /// The server said hello.
    case ready
    case head(StreamID, Metadata)
    case message(StreamID, Bytes)
    case ended(StreamID, CallEnding)
    /// A response was larger than we take; the call was cancelled.
    case failed(StreamID, Status)
    /// The server takes no new calls: of some nothing was sent, and others it will not process.
    case goingAway(GoAway, unsent: [StreamID], unprocessed: [StreamID])
  }

  private enum Phase {
    /// The server has not said hello, or has no slot for it yet.
    case waiting
    /// Its OPEN was handed over; nothing came back yet.
    case open
    /// Its HEAD or a message has arrived.
    case answered
    /// We gave up; its END is awaited, because only then its slot is free.
    case cancelled
  }

  private let limits: Limits
  private var reader: FrameReader
  private var hello = Hello.awaitingPreface
  private var flood: FloodGuard
  private var transfer: Transfer
  private var calls = StreamMap<Phase>()
  private var waiting = ShortQueue<StreamID>()
  /// Calls that hold a slot of the server: all but those that wait.
  private var slotCount = 0
  private var lastOpened = StreamID.connection
  private var isFailed = false
  /// Whether the server has announced that it stops.
  package private(set) var isGoingAway = false

  package init(limits: Limits) {
    self.limits = limits
    reader = FrameReader(payloadBytesMax: limits.frameBytesMax)
    flood = FloodGuard(limits: limits)
    transfer = Transfer(limits: limits)
    transfer.stageHello()
  }

  /// Whether the server has said hello.
  package var isReady: Bool { hello == .done }
  /// Calls whose END has not arrived.
  package var callCount: Int { calls.count }
  /// What the server takes.
  package var peer: PeerSettings { transfer.peer }

  // MARK: What arrives

  /// Adds received bytes; then `next` is called until it returns `nil`.
  package mutating func append(_ bytes: ByteBuffer) { reader.append(bytes) }

  /// The next thing the server did, or `nil` until more bytes arrive.
  ///
  /// - Throws: why the connection must be closed; hand it to `fail`.
  package mutating func next(at now: ContinuousClock.Instant) throws(ConnectionFault) -> Event? {
    if isFailed { return nil }
    if hello == .awaitingPreface {
      guard let preface = try reader.preface() else { return nil }
      try hello.received(preface)
    }
    while let frame = try reader.next() {
      try hello.received(frame.header.type)
      let event = try handle(frame, now)
      try flood.queued(bytes: transfer.stagedControlBytes)
      if let event { return event }
    }
    return nil
  }

  private mutating func handle(
    _ frame: Frame, _ now: ContinuousClock.Instant
  ) throws(ConnectionFault) -> Event? {
    let stream = frame.header.stream
    switch frame.header.type {
    case .data:
      return try received(data: frame, on: stream)
    case .head:
      return try received(head: frame, on: stream)
    case .end:
      return try received(end: frame, on: stream)
    case .credit:
      guard stream <= lastOpened else {
        throw .protocolError("CREDIT for stream \(stream); the last one was \(lastOpened)")
      }
      flood.sentData(frames: transfer.takeSentDataFrames())
      try flood.control(at: now)
      try transfer.received(creditFrame: frame)
    case .ping:
      if frame.header.flags.contains(.answer) {
        try flood.control(at: now)
      } else {
        try flood.ping(at: now)
        transfer.stage(FrameHeader(.ping, flags: .answer, length: 8), frame.bytes)
      }
    case .settings:
      try transfer.received(PeerSettings(serialized: frame.bytes))
      admitWaiting()
      return .ready
    case .goAway:
      try flood.control(at: now)
      return goingAway(try GoAway(serialized: frame.bytes))
    case .open, .cancel:
      throw .protocolError("a \(frame.header.type) frame from a server")
    }
    return nil
  }

  private mutating func received(
    data frame: Frame, on stream: StreamID
  ) throws(ConnectionFault) -> Event? {
    guard let phase = calls[stream], phase != .waiting else {
      throw .protocolError("DATA on stream \(stream), which is not open")
    }
    guard !frame.header.flags.contains(.finish) else {
      throw .protocolError("a server's DATA on stream \(stream) says finish; END does that")
    }
    let outcome = try transfer.received(frame)
    if phase == .cancelled { return nil }
    calls[stream] = .answered
    switch outcome {
    case .nothing, .finished: return nil
    case .message(let bytes, _): return .message(stream, bytes)
    case .refused(var status):
      cancel(stream)
      // What is wrong with a response is not a fault of the caller's.
      if status.code == .invalidArgument || status.code == .unimplemented {
        status.code = .internal
      }
      return .failed(stream, status)
    }
  }

  private mutating func received(
    head frame: Frame, on stream: StreamID
  ) throws(ConnectionFault) -> Event? {
    switch calls[stream] {
    case .open: calls[stream] = .answered
    case .cancelled: return nil
    case .answered: throw .protocolError("a HEAD on stream \(stream) is not first")
    case .waiting, nil: throw .protocolError("a HEAD on stream \(stream), which is not open")
    }
    do {
      return .head(stream, try Metadata(serializedHead: frame.bytes, limits: limits))
    } catch {
      cancel(stream)
      return .failed(stream, error)
    }
  }

  private mutating func received(
    end frame: Frame, on stream: StreamID
  ) throws(ConnectionFault) -> Event? {
    guard let phase = calls[stream], phase != .waiting else {
      throw .protocolError("an END on stream \(stream), which is not open")
    }
    var ending = CallEnding(serialized: frame.bytes, limits: limits)
    if ending.failure == nil, transfer.isWithinMessage(stream) {
      ending.failure = Status(.internal, "the call ended within a message")
    }
    forget(stream)
    return phase == .cancelled ? nil : .ended(stream, ending)
  }

  /// Ends the calls that the server will not process.
  ///
  /// Nothing more goes out: the PING that follows a GOAWAY would be answered ahead of an OPEN that
  /// still waits here, and the server would then name a last call below it.
  private mutating func goingAway(_ goAway: GoAway) -> Event {
    isGoingAway = true
    let unsent = calls.filter { stream, _ in transfer.holdsOpen(stream) }.map(\.0)
    for stream in unsent { forget(stream) }
    let unprocessed = calls.filter { stream, _ in stream > goAway.lastStream }
    for (stream, _) in unprocessed { forget(stream) }
    return .goingAway(
      goAway, unsent: unsent.sorted(),
      unprocessed: unprocessed.filter { $0.1 != .cancelled }.map(\.0).sorted())
  }

  // MARK: What the client does

  /// Starts a call with its OPEN's payload; it waits for a slot of the server if need be.
  package mutating func open(_ stream: StreamID, _ payload: Bytes) {
    precondition(stream > lastOpened, "stream \(stream) opened after stream \(lastOpened)")
    lastOpened = stream
    transfer.open(stream)
    transfer.hold(stream)
    transfer.enqueue(.frame(.open, payload), on: stream)
    calls[stream] = .waiting
    waiting.append(stream)
    admitWaiting()
  }

  /// Compresses what is sent on the call from now on, where that is possible and saves bytes.
  package mutating func compressOutput(of stream: StreamID) {
    transfer.compressOutput(of: stream)
  }

  /// Sends a message; nothing if the call has ended.
  package mutating func send(
    _ message: SegmentedBytes, isLast: Bool, on stream: StreamID
  ) throws(Status) {
    guard let phase = calls[stream], phase != .cancelled else { return }
    guard message.count <= peer.messageBytesMax else {
      throw .past("message bytes", value: message.count, limit: peer.messageBytesMax)
    }
    transfer.enqueue(.message(message, sent: 0, isLast: isLast), on: stream)
  }

  /// Says that no more messages follow.
  package mutating func finish(_ stream: StreamID) {
    guard let phase = calls[stream], phase != .cancelled else { return }
    transfer.enqueue(.finish, on: stream)
  }

  /// Gives up a call: nothing more is heard of it.
  package mutating func cancel(_ stream: StreamID) {
    guard let phase = calls[stream], phase != .cancelled else { return }
    let (heldOpen, _) = transfer.discardOutput(of: stream)
    if heldOpen {
      // The server never heard of it.
      forget(stream)
    } else {
      calls[stream] = .cancelled
      transfer.ignoreInput(of: stream)
      transfer.stage(FrameHeader(.cancel, stream: stream, length: 0))
    }
  }

  /// Gives back the credit of messages that the call has taken.
  package mutating func consumed(messages: Int, on stream: StreamID) {
    transfer.consumed(messages: messages, on: stream)
  }

  /// Whether the server cannot have seen the call, because its OPEN is still here.
  package func isUnsent(_ stream: StreamID) -> Bool { transfer.holdsOpen(stream) }

  /// Asks the server for a sign of life.
  package mutating func ping() {
    transfer.stage(FrameHeader(.ping, length: 8), Bytes(Array("alive?\0\0".utf8)))
  }

  /// Says why the connection is closed; what arrives later is dropped.
  package mutating func fail(_ fault: ConnectionFault) {
    guard !isFailed else { return }
    isFailed = true
    transfer.stageGoAway(.connection, fault)
  }

  /// Whether as much is ready as is written at once.
  package var hasFullOutput: Bool { transfer.isFull }

  /// Bytes to be written now, and which messages they carry; `nil` if there are none.
  package mutating func takeOutput(sent: inout [Transfer.Sent]) -> ByteBuffer? {
    transfer.takeStaged(sent: &sent)
  }

  // MARK: Slots

  /// Lets calls go as far as the server has slots for them.
  ///
  /// None goes before the server has said hello: a server that cannot take the connection, because it
  /// stops or has too many, resets it, and by then it could not be told whether a call was seen.
  private mutating func admitWaiting() {
    guard isReady else { return }
    while slotCount < peer.streamsMax, let stream = waiting.popFirst() {
      guard calls[stream] == .waiting else { continue }
      slotCount += 1
      calls[stream] = .open
      transfer.release(stream)
    }
  }

  private mutating func forget(_ stream: StreamID) {
    guard let phase = calls.removeValue(forKey: stream) else { return }
    transfer.remove(stream)
    guard phase != .waiting else { return }
    slotCount -= 1
    admitWaiting()
  }
}
