import Codec
import NIOCore
import RPCCore

/// A client's connection, driven by an input.
struct ClientRun {
  private static let callsMax: UInt32 = 200
  private static let liveMax = 12

  private var connection = ClientConnection(limits: FramesProperty.limits)
  private var script: FrameScript
  private var audit = FrameAudit(isServer: false, limits: FramesProperty.limits)
  /// Calls that have not ended, with the messages that were not taken.
  private var live: [StreamID: Int] = [:]
  /// Calls that were given up; their END may still come.
  private var givenUp: Set<StreamID> = []
  private var now = ContinuousClock.now
  private var isFailed = false
  private var frames = 0

  init(_ source: inout ByteSource) throws(Finding) {
    let settings = source.choice(8) == 7 ? nil : FrameScript.settings(&source)
    script = try FrameScript(isServer: true, settings: settings)
  }

  /// Does what the input says; returns how many frames the connection has taken for certain.
  mutating func run(_ source: inout ByteSource) throws(Finding) -> Int {
    while !source.isEmpty && !isFailed {
      switch source.choice(5) {
      case 0: try script.add(&source)
      case 1: try deliver(source.choice(2) == 0 ? source.size(max: 100_000) : .max)
      case 2: try act(&source)
      case 3: open()
      default: if source.choice(16) == 0 { script.damage(&source) }
      }
    }
    try deliver(.max)
    try finish()
    return frames
  }

  private mutating func open() {
    guard live.count < Self.liveMax, script.lastStream < Self.callsMax else { return }
    script.lastStream += 1
    let stream = StreamID(script.lastStream)
    live[stream] = 0
    connection.open(stream, [1])
    if stream.rawValue.isMultiple(of: 4) { connection.compressOutput(of: stream) }
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
    try checkCount()
  }

  private mutating func note(_ event: ClientConnection.Event) throws(Finding) {
    switch event {
    case .ready: break
    case .head(let stream, _):
      try require(live[stream] != nil, "a head on stream \(stream), which is not open")
    case .message(let stream, let bytes):
      try require(live[stream] != nil, "a message on stream \(stream), which is not open")
      live[stream, default: 0] += 1
      try audit.received(bytes.count + 32, on: stream)
    case .ended(let stream, _):
      try require(live.removeValue(forKey: stream) != nil, "stream \(stream) ended twice")
    case .failed(let stream, _):
      try require(live.removeValue(forKey: stream) != nil, "stream \(stream) failed after its end")
      givenUp.insert(stream)
    case .goingAway(_, let unsent, let unprocessed):
      for stream in unsent + unprocessed {
        try require(live.removeValue(forKey: stream) != nil, "stream \(stream) ended twice")
      }
    }
  }

  /// One thing that a call, the client or the clock does.
  private mutating func act(_ source: inout ByteSource) throws(Finding) {
    let choice = source.choice(10)
    if choice == 8 { now += .milliseconds(source.choice(2_000)) }
    if choice >= 6 { return try takeOutput() }
    guard !live.isEmpty else { return }
    let stream = live.keys.sorted()[source.choice(live.count)]
    switch choice {
    case 0...1:
      let taken = min(live[stream, default: 0], 1 + source.choice(3))
      live[stream, default: 0] -= taken
      connection.consumed(messages: taken, on: stream)
    case 2, 3: try send(source.size(max: 150_000), isLast: choice == 3, on: stream)
    case 4: connection.finish(stream)
    default:
      connection.cancel(stream)
      live[stream] = nil
      givenUp.insert(stream)
    }
    try checkCount()
  }

  private mutating func send(_ count: Int, isLast: Bool, on stream: StreamID) throws(Finding) {
    do {
      try connection.send(FrameScript.message(count), isLast: isLast, on: stream)
    } catch {
      try require(
        count > connection.peer.messageBytesMax, "a message of \(count) bytes is refused: \(error)")
    }
  }

  private func checkCount() throws(Finding) {
    let count = connection.callCount
    try require(
      (live.count...live.count + givenUp.count).contains(count),
      "\(count) calls are counted; \(live.count) live and \(givenUp.count) were given up")
  }

  private mutating func takeOutput() throws(Finding) {
    var sent: [Transfer.Sent] = []
    if let output = connection.takeOutput(sent: &sent) {
      try audit.read(output, bytesMax: FramesProperty.outputBytesMax)
    }
  }

  /// Every call is given up; a call that waited for a slot is then forgotten at once.
  private mutating func finish() throws(Finding) {
    for stream in live.keys.sorted() {
      connection.cancel(stream)
      givenUp.insert(stream)
    }
    live = [:]
    try checkCount()
    var sent: [Transfer.Sent] = []
    while let output = connection.takeOutput(sent: &sent) {
      try audit.read(output, bytesMax: FramesProperty.outputBytesMax)
    }
  }
}
