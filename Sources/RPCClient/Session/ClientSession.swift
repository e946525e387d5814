import Codec
import Logging
import NIOCore
import RPCCore
import Synchronization
import Waiting

/// One connection of a client, from before it is made until after it is lost.
///
/// Everything but making it happens on its event loop.
///
/// Calls may be opened at once: what they send waits until there is a transport, and their
/// deadlines count from the beginning.
final class ClientSession: Session, TimerTarget, @unchecked Sendable {
  /// The token of the timer for hello; a call's is its stream number, never 0.
  private static let helloToken: UInt64 = 0

  /// What the pool is told.
  enum Change {
    case ready
    /// It only finishes its calls.
    case leaving
    /// It is gone; a failure if no use could be made of it.
    case ended(Status, isFailure: Bool)
  }

  let loop: any EventLoop
  let queue: CommandQueue<ClientCommand>
  let counter = CallCounter()
  private let limits: Limits
  private let logger: Logger
  private let onChange: @Sendable (ClientSession, Change) -> Void
  private let timer: LoopTimer
  private var connection: ClientConnection
  private var calls = StreamMap<ClientCall>()
  private var transport: (any Transport)?
  private var commands: [ClientCommand] = []
  private var sent: [Transfer.Sent] = []
  /// Calls that ended in what was received last: their tasks are woken together, when all is read.
  private var ended: [(ClientCall, CallEnding)] = []
  /// Tasks that waited for messages which were received last: they are woken when all is read.
  private var woken: [IncomingMessages.Woken] = []
  private var helloTimer: LoopTimer.Handle?
  private var watch: ConnectionWatch
  /// Calls that were taken from the queue.
  private var openedCount = 0
  /// Opens when the server has said hello, or nothing can be called any more.
  private let settled = OneShotSignal()
  /// Opens when the transport is gone.
  private let gone = OneShotSignal()
  /// Why nothing can be called any more, once that is so.
  private var ending: Status?
  /// The same, for other threads.
  private let failure = Mutex<Status?>(nil)
  /// What the server said it closes the connection for.
  private var lossReason: String?
  private var wasConnected = false
  /// Whether the server has answered a call.
  private var hasAnswered = false
  private var isRetiring = false
  private var isDisconnected = false

  init(
    loop: any EventLoop, timers: LoopTimers, configuration: ClientConfiguration, logger: Logger,
    onChange: @escaping @Sendable (ClientSession, Change) -> Void
  ) {
    self.loop = loop
    limits = configuration.limits
    self.logger = logger
    self.onChange = onChange
    timer = timers.timer(of: loop)
    watch = ConnectionWatch(configuration, timer)
    queue = CommandQueue(loop: loop)
    connection = ClientConnection(limits: limits)
    queue.onCommands { self.takeCommands() }
  }

  /// Waits until the server has said hello.
  ///
  /// - Throws: `UNAVAILABLE` if it does not; `CancellationError`.
  func untilReady() async throws {
    await settled.wait()
    if let failure = failure.withLock({ $0 }) { throw failure }
    if !settled.isOpen { throw CancellationError() }
  }

  /// Ends open calls as `UNAVAILABLE`, and returns when the connection is closed.
  func closed() async {
    queue.push(.close)
    await gone.wait(ignoresCancellation: true)
  }

  // MARK: Transport

  func connected(to transport: any Transport) {
    self.transport = transport
    wasConnected = true
    helloTimer = timer.set(due: .now + limits.helloTimeout, for: self, token: Self.helloToken)
    if ending != nil { transport.close() } else { flush() }
  }

  func received(_ bytes: ByteBuffer) {
    guard ending == nil else { return }
    connection.append(bytes)
    let now = ContinuousClock.now
    watch.received(at: now)
    do {
      while let event = try connection.next(at: now) { handle(event) }
      wake()
    } catch {
      wake()
      logger.debug("closing a connection", metadata: ["reason": "\(error)"])
      connection.fail(error)
      end(Status(.unavailable, "the server broke the protocol: \(error.message)"))
    }
  }

  func receivedAll() { flush() }

  func becameWritable() { flush() }

  /// The transport is gone, or could not be made.
  func disconnected(_ error: (any Error)?) {
    guard !isDisconnected else { return }
    isDisconnected = true
    transport = nil
    timer.remove(&helloTimer)
    let reason = error.map { ": \($0)" } ?? ""
    let event = wasConnected ? "the connection was lost" : "cannot connect"
    end(Status(.unavailable, event + reason))
    for command in queue.close() { refuse(command) }
    gone.open()
  }

  // MARK: What the server did

  private func handle(_ event: ClientConnection.Event) {
    switch event {
    case .ready:
      timer.remove(&helloTimer)
      counter.setSlots(connection.peer.streamsMax)
      watch.start(for: self, callsBegun: counter.total)
      onChange(self, .ready)
      settled.open()
    case .head(let stream, let metadata):
      calls[stream]?.received(head: metadata)
    case .message(let stream, let bytes):
      message(stream, bytes)
    case .ended(let stream, let ending):
      hasAnswered = true
      if let call = take(stream) { ended.append((call, ending)) }
    case .failed(let stream, let status):
      take(stream)?.fail(status)
    case .goingAway(let goAway, let unsent, let unprocessed):
      logger.debug("the server is going away", metadata: ["reason": "\(goAway.fault)"])
      if goAway.fault.reason != .draining { lossReason = goAway.fault.message }
      queue.stopNumbering()
      onChange(self, .leaving)
      let message = "the server takes no more calls: \(goAway.fault.message)"
      for stream in unsent { take(stream)?.failUnsent(message) }
      for stream in unprocessed { take(stream)?.fail(Status.unprocessed(message)) }
    }
  }

  private func wake() {
    for reader in woken { reader.resume() }
    woken.removeAll(keepingCapacity: true)
    for (call, ending) in ended { call.ended(ending) }
    ended.removeAll(keepingCapacity: true)
  }

  private func message(_ stream: StreamID, _ bytes: Bytes) {
    guard let call = calls[stream] else { return }
    if case .single = call.receiver { connection.consumed(messages: 1, on: stream) }
    guard call.received(bytes, waking: &woken) else {
      connection.cancel(stream)
      take(stream)?.fail(Status(.internal, "\(call.method) gave more than one response"))
      return
    }
  }

  private func take(_ stream: StreamID) -> ClientCall? {
    guard let call = calls.removeValue(forKey: stream) else { return nil }
    timer.remove(&call.timer)
    return call
  }

  // MARK: What callers do

  private func takeCommands() {
    while queue.take(into: &commands) {
      for command in commands {
        handle(command)
        if ask({ $0.hasFullOutput }) { writeOnce() }
      }
    }
    flush()
  }

  private func handle(_ command: ClientCommand) {
    if case .open = command { openedCount += 1 }
    if ending != nil || connection.isGoingAway, case .open = command {
      refuse(command)
      return
    }
    switch command {
    case .open(let stream, let call, let payload, let request):
      open(stream, call, payload, request)
    case .message(let stream, let bytes):
      send(bytes, isLast: false, on: stream)
    case .finish(let stream):
      connection.finish(stream)
    case .consumed(let stream, let messages):
      connection.consumed(messages: messages, on: stream)
    case .cancel(let stream):
      connection.cancel(stream)
      take(stream)?.fail(CancellationError())
    case .close:
      end(Status(.unavailable, "the client was closed"))
    }
  }

  private func open(
    _ stream: StreamID, _ call: ClientCall, _ payload: Bytes, _ request: SegmentedBytes?
  ) {
    calls[stream] = call
    if let deadline = call.deadline {
      call.timer = timer.set(due: deadline, for: self, token: UInt64(stream.rawValue))
    }
    connection.open(stream, payload)
    if call.compresses { connection.compressOutput(of: stream) }
    if let request { send(request, isLast: true, on: stream) }
  }

  private func send(_ bytes: SegmentedBytes, isLast: Bool, on stream: StreamID) {
    do {
      try connection.send(bytes, isLast: isLast, on: stream)
    } catch {
      connection.cancel(stream)
      take(stream)?.fail(error)
    }
  }

  /// Answers a command that came too late.
  private func refuse(_ command: ClientCommand) {
    guard case .open(_, let call, _, _) = command else { return }
    call.failUnsent(ending?.message ?? "the server takes no more calls")
  }

  // MARK: Time

  func timerFired(_ token: UInt64, now: ContinuousClock.Instant) {
    switch token {
    case Self.helloToken:
      helloTimer = nil
      end(Status(.unavailable, "the server did not say hello within \(limits.helloTimeout)"))
    case ConnectionWatch.idleToken, ConnectionWatch.keepAliveToken:
      look(token, now)
    default:
      let stream = StreamID(UInt32(token))
      connection.cancel(stream)
      take(stream)?.fail(
        Status(.deadlineExceeded, "the call's deadline passed before the server's answer"))
    }
    flush()
  }

  private func look(_ token: UInt64, _ now: ContinuousClock.Instant) {
    guard ending == nil else { return }
    let finding = watch.look(
      token, at: now, for: self, callsBegun: counter.total, hasCalls: connection.callCount > 0)
    switch finding {
    case .nothing: break
    case .idle: retire()
    case .ask: connection.ping()
    case .dead: end(Status(.unavailable, "the server did not answer a keep-alive PING in time"))
    }
  }

  // MARK: Leaving

  /// Takes no more calls, and closes when those that were taken have ended.
  private func retire() {
    isRetiring = true
    queue.stopNumbering()
    onChange(self, .leaving)
    takeCommands()
  }

  /// Ends all calls, marks those that the server cannot have seen, and closes.
  private func end(_ status: Status) {
    guard ending == nil else { return }
    var status = status
    if let lossReason { status.message += "; the server said: \(lossReason)" }
    ending = status
    failure.withLock { $0 = status }
    queue.stopNumbering()
    watch.stop()
    let isFailure = !connection.isReady || (lossReason != nil && !hasAnswered)
    onChange(self, .ended(status, isFailure: isFailure))
    let open = calls
    calls = StreamMap()
    for (stream, call) in open {
      timer.remove(&call.timer)
      if !wasConnected || connection.isUnsent(stream) {
        call.failUnsent(status.message)
      } else {
        call.fail(status)
      }
    }
    counter.setSettled(openedCount)
    settled.open()
    guard let transport else { return }
    while let output = connection.takeOutput(sent: &sent) { transport.write(output) }
    transport.close()
  }

  private func flush() {
    if ending == nil { counter.setSettled(openedCount - ask { $0.callCount }) }
    guard let transport, ending == nil else { return }
    if transport.writeTurn({ takeOutput() }) { loop.execute { self.flush() } }
    if connection.isGoingAway || isRetiring, connection.callCount == 0 {
      end(Status(.unavailable, isRetiring ? "the connection was idle" : "the server is stopping"))
    }
  }

  /// Writes what is ready before more is added to it, so that this need not be queued.
  private func writeOnce() {
    if let transport, ending == nil, transport.isWritable, let output = takeOutput() {
      transport.write(output)
    }
  }

  /// Asks the connection something often: through an argument, because for a getter of another module
  /// the compiler would copy all of it out of this class first.
  private func ask<Answer>(_ question: (inout ClientConnection) -> Answer) -> Answer {
    question(&connection)
  }

  private func takeOutput() -> ByteBuffer? {
    let output = connection.takeOutput(sent: &sent)
    Transfer.drain(&sent) { note in calls[note.stream]?.sent(bytes: note.bytes) }
    return output
  }
}
