package import Codec
package import NIOCore

/// A connection as the server sees it: bytes in, events out, frames to send.
///
/// No IO, no clock.
package struct ServerConnection {
  /// What the client did.
  package enum Event: Equatable {
    case opened(StreamID, CallRequest)
    case message(StreamID, Bytes, isLast: Bool)
    case finished(StreamID)
    /// The client gave up; the call's END goes out when its handler has returned.
    case cancelled(StreamID)
    /// The client has answered our last `ping`.
    case answered
    /// What the client sent ended the call; its END is on its way.
    case failed(StreamID, Status)
  }

  /// Where a call stands.
  ///
  /// Its slot is free when it is no longer in `calls`, not before: opening and cancelling in turn
  /// does not get a client more handlers than it may have.
  private enum Phase {
    /// Its END was not sent; its handler runs, or waits for the request.
    case running
    /// Its END was sent; its handler has not returned.
    case ended
    /// Its handler has returned; its END waits to be written.
    case returned
  }

  /// The content of the PINGs that ask for a sign of life: "inspect\0".
  private static let pingContent: UInt64 = 0x696E_7370_6563_7400
  /// The content of those whose answer is told to nobody: "alive?\0\0".
  private static let keepAliveContent: UInt64 = 0x616C_6976_653F_0000

  private let limits: Limits
  private var reader: FrameReader
  private var hello = Hello.awaitingPreface
  private var flood: FloodGuard
  private var strikes: PingStrikes
  private var pace: ReceivePace
  private var transfer: Transfer
  private var drain = Drain()
  /// Why a drain is to begin as soon as the client has said hello.
  private var drainDue: String?
  private var calls = StreamMap<Phase>()
  private var isFailed = false
  /// The last request that said nothing but its method, and its bytes: the next one is often the same.
  private var plain: (payload: ByteBuffer, request: CallRequest)?

  package init(limits: Limits, sharing received: ReceivedBytes? = nil) {
    self.limits = limits
    reader = FrameReader(payloadBytesMax: limits.frameBytesMax)
    flood = FloodGuard(limits: limits)
    strikes = PingStrikes(limits: limits)
    pace = ReceivePace(limits: limits)
    transfer = Transfer(limits: limits, sharing: received)
  }

  /// Whether the client has said hello.
  package var isReady: Bool { hello == .done }
  /// Calls that hold a slot.
  package var callCount: Int { calls.count }
  /// Whether the server has begun to take leave.
  package var isDraining: Bool { drainDue != nil || drain.hasBegun }
  /// The last call that was opened.
  package private(set) var lastOpened = StreamID.connection
  /// The windows of the connection, and the frames that are ready.
  package var flow: ServerSnapshot.Flow { transfer.flow }
  /// The windows of a call, and what waits of its messages; `nil` for one that is not open.
  package func flow(of stream: StreamID) -> ServerSnapshot.Flow? { transfer.flow(of: stream) }
  /// The largest message that the client takes.
  package var peer: PeerSettings { transfer.peer }
  /// Whether a drain has come to its end, so that the connection can be closed.
  package var isDrained: Bool { drain.hasNamedLast && calls.isEmpty }

  // MARK: What arrives

  /// Adds received bytes; then `next` is called until it returns `nil`.
  package mutating func append(_ bytes: ByteBuffer) { reader.append(bytes) }

  /// The next thing the client did, or `nil` until more bytes arrive.
  ///
  /// - Throws: why the connection must be closed; hand it to `fail`.
  package mutating func next(at now: ContinuousClock.Instant) throws(ConnectionFault) -> Event? {
    if isFailed { return nil }
    if hello == .awaitingPreface {
      guard let preface = try reader.preface() else { return nil }
      try hello.received(preface)
      transfer.stageHello()
      if let drainDue { beginDrain(drainDue) }
    }
    while let frame = try reader.next() {
      pace.frameArrived()
      try hello.received(frame.header.type)
      let event = try handle(frame, now)
      try flood.queued(bytes: transfer.stagedControlBytes)
      if let event { return event }
    }
    pace.readAll(isWithinFrame: reader.isWithinFrame, at: now)
    return nil
  }

  private mutating func handle(
    _ frame: Frame, _ now: ContinuousClock.Instant
  ) throws(ConnectionFault) -> Event? {
    let stream = frame.header.stream
    switch frame.header.type {
    case .data:
      try checkOpened(stream)
      return try received(try transfer.received(frame), on: stream, now)
    case .open:
      return try opened(stream, frame.payload, now)
    case .cancel:
      try checkOpened(stream)
      try flood.reset(at: now)
      return cancelled(stream)
    case .credit:
      try checkOpened(stream)
      flood.sentData(frames: transfer.takeSentDataFrames())
      try flood.control(at: now)
      try transfer.received(creditFrame: frame)
    case .ping:
      return try received(ping: frame, now)
    case .settings:
      try transfer.received(PeerSettings(serialized: frame.bytes))
    case .goAway:
      // The client opens no more calls and closes; there is nothing to do before it does.
      try flood.control(at: now)
      _ = try GoAway(serialized: frame.bytes)
    case .head, .end:
      throw .protocolError("a \(frame.header.type) frame from a client")
    }
    return nil
  }

  /// Refuses frames of calls that were not opened.
  ///
  /// Once the last call was named, what its client opened beyond it was dropped, and this is too.
  private func checkOpened(_ stream: StreamID) throws(ConnectionFault) {
    guard stream <= lastOpened || drain.hasNamedLast else {
      throw .protocolError("stream \(stream) was not opened; the last one was \(lastOpened)")
    }
  }

  private mutating func opened(
    _ stream: StreamID, _ payload: ByteBuffer, _ now: ContinuousClock.Instant
  ) throws(ConnectionFault) -> Event? {
    guard stream > lastOpened else {
      throw .protocolError("stream \(stream) was opened after stream \(lastOpened)")
    }
    guard stream < .max else {
      throw .protocolError("stream \(stream) was opened; the last number is \(UInt32.max - 1)")
    }
    if drain.hasNamedLast { return nil }
    lastOpened = stream
    strikes.opened()
    guard calls.count < limits.streamsMax else {
      try flood.reset(at: now)
      var refusal = Status.past("open calls", value: calls.count + 1, limit: limits.streamsMax)
      refusal.details.append(.unprocessed)
      stageEnd(CallEnding(refusal), on: stream)
      return nil
    }
    do {
      let request = try request(in: payload)
      calls[stream] = .running
      transfer.open(stream)
      return .opened(stream, request)
    } catch {
      try flood.reset(at: now)
      stageEnd(CallEnding(error), on: stream)
      return nil
    }
  }

  private mutating func request(in payload: ByteBuffer) throws(Status) -> CallRequest {
    if let plain, plain.payload == payload { return plain.request }
    let request = try CallRequest(serialized: payload.copiedBytes, limits: limits)
    // A copy, which does not keep alive what else came in the same read.
    if request.isPlain { plain = (ByteBuffer(bytes: payload.readableBytesView), request) }
    return request
  }

  private mutating func received(
    _ outcome: Transfer.Outcome, on stream: StreamID, _ now: ContinuousClock.Instant
  ) throws(ConnectionFault) -> Event? {
    switch outcome {
    case .nothing:
      if let partial = transfer.partial(stream) { pace.messageGoesOn(stream, partial, at: now) }
      return nil
    case .message(let bytes, let isLast):
      pace.messageArrived(stream)
      return .message(stream, bytes, isLast: isLast)
    case .finished: return .finished(stream)
    case .refused(let status):
      end(stream, CallEnding(status))
      return .failed(stream, status)
    }
  }

  private mutating func cancelled(_ stream: StreamID) -> Event? {
    guard calls[stream] == .running else { return nil }
    transfer.ignoreInput(of: stream)
    transfer.discardOutput(of: stream)
    return .cancelled(stream)
  }

  private mutating func received(
    ping frame: Frame, _ now: ContinuousClock.Instant
  ) throws(ConnectionFault) -> Event? {
    let content = frame.payload.getInteger(at: frame.payload.readerIndex, as: UInt64.self) ?? 0
    guard frame.header.flags.contains(.answer) else {
      try flood.ping(at: now)
      try strikes.ping(at: now, hasCalls: !calls.isEmpty)
      transfer.stage(FrameHeader(.ping, flags: .answer, length: 8), frame.bytes)
      return nil
    }
    try flood.control(at: now)
    if drain.pingAnswered(content) == .nameLast {
      stageLastCall()
    }
    return content == Self.pingContent ? .answered : nil
  }

  // MARK: What the server does

  /// Says what is held to be known of a call's input, before any of it has arrived: the limit of
  /// its method's messages, and whether its handler waits for a whole one.
  package mutating func limitInput(
    of stream: StreamID, messageBytesMax: Int?, isUnseen: Bool
  ) {
    transfer.limitInput(of: stream, messageBytesMax: messageBytesMax, isUnseen: isUnseen)
  }

  /// Compresses what is sent to the call from now on, where that is possible and saves bytes.
  package mutating func compressOutput(of stream: StreamID) {
    transfer.compressOutput(of: stream)
  }

  /// Sends a message; nothing if the call has ended.
  ///
  /// - Throws: `RESOURCE_EXHAUSTED` if the client does not take messages as large.
  package mutating func send(_ message: SegmentedBytes, on stream: StreamID) throws(Status) {
    guard calls[stream] == .running else { return }
    guard message.count <= peer.messageBytesMax else {
      throw .past("message bytes", value: message.count, limit: peer.messageBytesMax)
    }
    transfer.enqueue(.message(message, sent: 0, isLast: false), on: stream)
  }

  /// Sends what the server says before its first message.
  package mutating func sendHead(_ head: Metadata, on stream: StreamID) throws(Status) {
    guard calls[stream] == .running else { return }
    let payload = try head.serializedHead(limits: limits, metadataBytesMax: peer.metadataBytesMax)
    transfer.enqueue(.frame(.head, payload), on: stream)
  }

  /// Ends the call for the client; the first ending counts.
  ///
  /// A failure drops messages that wait.
  package mutating func end(_ stream: StreamID, _ ending: CallEnding) {
    guard calls[stream] == .running else { return }
    calls[stream] = .ended
    transfer.ignoreInput(of: stream)
    if ending.failure != nil { transfer.discardOutput(of: stream) }
    transfer.enqueue(.frame(.end, transfer.serialized(ending)), on: stream)
  }

  /// Records that nothing runs for the call any more, after `end`.
  package mutating func returned(_ stream: StreamID) {
    precondition(calls[stream] == .ended, "the call on stream \(stream) returned before it ended")
    calls[stream] = .returned
    removeIfDone(stream)
  }

  /// Gives back the credit of messages that the call has taken.
  package mutating func consumed(messages: Int, on stream: StreamID) {
    transfer.consumed(messages: messages, on: stream)
  }

  /// Asks the client for a sign of life.
  package mutating func ping() {
    guard isReady else { return }
    transfer.stage(FrameHeader(.ping, length: 8), Self.pingContent.bytes)
  }

  /// Lets a client that lives show it by its answer.
  package mutating func keepAlive() {
    guard isReady else { return }
    transfer.stage(FrameHeader(.ping, length: 8), Self.keepAliveContent.bytes)
  }

  /// Begins to take leave.
  package mutating func beginDrain(_ why: String = "the server is about to stop") {
    // Nothing may come before our own hello, which waits for the client's.
    guard hello != .awaitingPreface else { return drainDue = why }
    guard drain.begin() == .announce else { return }
    transfer.stageGoAway(.max, ConnectionFault(.draining, why))
    transfer.stage(FrameHeader(.ping, length: 8), Drain.pingContent.bytes)
  }

  /// Ends the first step of taking leave, for a client that did not answer in time.
  package mutating func nameLast() {
    if drain.answerIsOverdue() == .nameLast { stageLastCall() }
  }

  private mutating func stageLastCall() {
    transfer.stageGoAway(
      lastOpened, ConnectionFault(.draining, "no more calls on this connection"))
  }

  // MARK: Slow bytes

  /// Whether something has begun to arrive that has to be whole in time: then `checkPace` is to be
  /// called after `receiveGrace`, and as long as it says when next.
  package var isReceiving: Bool { pace.isWatching }
  /// Whether a message of the call has begun that is not whole.
  package func isWithinMessage(_ stream: StreamID) -> Bool { transfer.isWithinMessage(stream) }
  /// When the first of what has begun must be whole.
  package var paceDue: ContinuousClock.Instant? { pace.firstDue }

  /// Ends the calls whose messages took too long to arrive.
  ///
  /// - Throws: if a frame did, which ends the connection.
  package mutating func checkPace(
    at now: ContinuousClock.Instant
  ) throws(ConnectionFault) -> [Event] {
    if isFailed { return [] }
    try pace.checkFrame(at: now)
    var events: [Event] = []
    for (stream, allowance) in pace.overdue(at: now, partial: { transfer.partial($0) }) {
      try flood.reset(at: now)
      let status = Status(
        .resourceExhausted,
        "a message was not whole after \(allowance); it has to come at "
          + "\(limits.receiveBytesPerSecondMin) bytes a second")
      end(stream, CallEnding(status))
      events.append(.failed(stream, status))
    }
    return events
  }

  /// Says why the connection is closed; what arrives later is dropped.
  package mutating func fail(_ fault: ConnectionFault) {
    guard !isFailed else { return }
    isFailed = true
    // Nothing is said to a peer whose first bytes show that it speaks another protocol.
    if hello == .awaitingPreface {
      guard fault.reason == .version || fault.reason == .tooManyConnections else { return }
      transfer.staged.writePreface(Preface())
    }
    transfer.stageGoAway(lastOpened, fault)
  }

  /// Whether as much is ready as is written at once.
  package var hasFullOutput: Bool { transfer.isFull }

  /// Bytes to be written now, and which messages they carry; `nil` if there are none.
  package mutating func takeOutput(sent: inout [Transfer.Sent]) -> ByteBuffer? {
    let output = transfer.takeStaged(sent: &sent)
    for stream in transfer.takeEndedStreams() { removeIfDone(stream) }
    return output
  }

  private mutating func removeIfDone(_ stream: StreamID) {
    guard calls[stream] == .returned, transfer.hasSentAll(stream) else { return }
    calls[stream] = nil
    transfer.remove(stream)
  }

  // MARK: Frames ahead of all streams

  private mutating func stageEnd(_ ending: CallEnding, on stream: StreamID) {
    let payload = transfer.serialized(ending)
    transfer.stage(FrameHeader(.end, stream: stream, length: payload.count), payload)
  }
}
