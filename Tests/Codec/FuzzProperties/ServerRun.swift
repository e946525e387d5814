import Codec
import NIOCore
import RPCCore

/// A server's connection, driven by an input.
struct ServerRun {
  private var connection = ServerConnection(limits: FramesProperty.limits)
  private var script: FrameScript
  private var audit = FrameAudit(isServer: true, limits: FramesProperty.limits)
  /// Calls whose handlers have not returned, with the messages that they have not taken.
  private var live: [StreamID: Int] = [:]
  private var opened: Set<StreamID> = []
  private var now = ContinuousClock.now
  private var isFailed = false
  private var frames = 0

  init(_ source: inout ByteSource) throws(Finding) {
    let settings = source.choice(8) == 7 ? nil : FrameScript.settings(&source)
    script = try FrameScript(isServer: false, settings: settings)
  }

  /// Does what the input says, then ends every call; returns how many frames the connection has taken
  /// for certain.
  mutating func run(_ source: inout ByteSource) throws(Finding) -> Int {
    while !source.isEmpty && !isFailed {
      switch source.choice(4) {
      case 0: try script.add(&source)
      case 1: try deliver(source.choice(2) == 0 ? source.size(max: 100_000) : .max)
      case 2: try act(&source)
      default: if source.choice(16) == 0 { script.damage(&source) }
      }
    }
    try deliver(.max)
    try finish()
    return frames
  }

  private mutating func deliver(_ count: Int) throws(Finding) {
    guard !isFailed else { return }
    let (part, delivered) = script.deliver(count)
    connection.append(part)
    do {
      while let event = try connection.next(at: now) { try note(event) }
      frames += delivered
    } catch let finding as Finding {
      throw finding
    } catch let fault as ConnectionFault {
      isFailed = true
      connection.fail(fault)
    } catch {
      throw Finding("an error of no kind we know: \(error)")
    }
    try require(
      connection.callCount <= FramesProperty.limits.streamsMax,
      "\(connection.callCount) calls hold slots")
  }

  private mutating func note(_ event: ServerConnection.Event) throws(Finding) {
    switch event {
    case .opened(let stream, _):
      try require(opened.insert(stream).inserted, "stream \(stream) was opened twice")
      live[stream] = 0
      if stream.rawValue.isMultiple(of: 4) { connection.compressOutput(of: stream) }
    case .message(let stream, let bytes, _):
      try require(live[stream] != nil, "a message on stream \(stream), which is not open")
      try require(
        bytes.count <= FramesProperty.limits.messageBytesMax, "a message of \(bytes.count) bytes")
      live[stream, default: 0] += 1
      try audit.received(bytes.count + 32, on: stream)
    case .finished(let stream), .cancelled(let stream):
      try require(live[stream] != nil, "\(event) on a stream that is not open")
    case .answered: break
    case .failed(let stream, _):
      try require(live.removeValue(forKey: stream) != nil, "\(event) on a stream that is not open")
      connection.returned(stream)
    }
  }

  /// One thing that a handler, the server or the clock does.
  private mutating func act(_ source: inout ByteSource) throws(Finding) {
    let choice = source.choice(10)
    if choice == 8 { return try pass(.milliseconds(source.choice(2_000))) }
    if choice == 9 { takeLeave(source.choice(8)) }
    if choice >= 5 { return try takeOutput() }
    guard !live.isEmpty else { return }
    let stream = live.keys.sorted()[source.choice(live.count)]
    switch choice {
    case 0:
      let taken = min(live[stream, default: 0], 1 + source.choice(3))
      live[stream, default: 0] -= taken
      connection.consumed(messages: taken, on: stream)
    case 1, 2: try send(source.size(max: 150_000), on: stream)
    case 3: sendHead(on: stream)
    default: end(stream, source.choice(2) == 0 ? nil : Status(.aborted, "no"))
    }
  }

  /// Lets time pass; what came too slowly ends, and nothing that is due stays.
  private mutating func pass(_ time: Duration) throws(Finding) {
    now += time
    do {
      for event in try connection.checkPace(at: now) { try note(event) }
    } catch let finding as Finding {
      throw finding
    } catch let fault as ConnectionFault {
      isFailed = true
      connection.fail(fault)
      return
    } catch {
      throw Finding("an error of no kind we know: \(error)")
    }
    let due = connection.paceDue
    try require(due.map { $0 > now } ?? true, "something is due that was just judged")
    try require(connection.isReceiving == (due != nil), "what is watched has no time")
  }

  private mutating func takeLeave(_ choice: Int) {
    switch choice {
    case 0: connection.beginDrain()
    case 1: connection.nameLast()
    case 2: connection.keepAlive()
    default: break
    }
  }

  private mutating func send(_ count: Int, on stream: StreamID) throws(Finding) {
    do {
      try connection.send(FrameScript.message(count), on: stream)
    } catch {
      try require(
        count > connection.peer.messageBytesMax, "a message of \(count) bytes is refused: \(error)")
    }
  }

  private mutating func sendHead(on stream: StreamID) {
    do {
      try connection.sendHead(Metadata(), on: stream)
    } catch {
      // The peer may take no metadata at all.
    }
  }

  private mutating func end(_ stream: StreamID, _ failure: Status?) {
    connection.end(stream, CallEnding(failure))
    connection.returned(stream)
    live[stream] = nil
  }

  private mutating func takeOutput() throws(Finding) {
    var sent: [Transfer.Sent] = []
    if let output = connection.takeOutput(sent: &sent) {
      try audit.read(output, bytesMax: FramesProperty.outputBytesMax)
    }
  }

  /// Every call fails, and with it what waits for credit; then nothing may be left.
  private mutating func finish() throws(Finding) {
    for stream in live.keys.sorted() { end(stream, Status(.cancelled, "the end")) }
    var sent: [Transfer.Sent] = []
    while let output = connection.takeOutput(sent: &sent) {
      try audit.read(output, bytesMax: FramesProperty.outputBytesMax)
    }
    try require(isFailed || connection.isReady || opened.isEmpty, "a call before the settings")
    // A call that ended well still waits for the credit of its last messages.
    let waiting = opened.subtracting(audit.ended)
    try require(
      connection.callCount == waiting.count,
      "\(connection.callCount) calls hold slots; \(waiting.count) have had no END")
  }
}
