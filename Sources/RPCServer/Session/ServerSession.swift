import Codec
import Logging
import NIOCore
import RPCCore

/// One connection of a server.
///
/// Everything but making it happens on its event loop.
///
/// This departs from the rule that all above frames is a loop over `NIOAsyncChannel`: the logic runs
/// in the channel's handler, so that a call costs one hop to its handler's task and one back.
final class ServerSession: Session, TimerTarget, @unchecked Sendable {
  /// The token of the timer for hello and idleness; a call's is its stream number, never 0.
  static let connectionToken: UInt64 = 0
  /// The token of the timer for a peer that does not read; above every stream number.
  static let writeToken = UInt64.max
  /// The token of the timer for what began to arrive and is not whole.
  static let paceToken = UInt64.max - 1

  let server: Server
  let loop: any EventLoop
  let timer: LoopTimer
  let queue: CommandQueue<ServerCommand>
  let peer: Peer
  /// What a snapshot tells; the identity is set before the first byte is received, if it is proven.
  var facts: ServerSnapshot.Connection
  var connection: ServerConnection
  var calls = StreamMap<ServerCall>()
  private var transport: (any Transport)?
  private var commands: [ServerCommand] = []
  private var sent: [Transfer.Sent] = []
  /// Calls that became complete in what was received last: they are handed over together.
  private var startable: ReadyCalls
  /// Handlers that waited for messages which were received last: they run when all is read.
  private var woken: [IncomingMessages.Woken] = []
  var connectionTimer: LoopTimer.Handle?
  /// Set while the transport takes no more bytes.
  var writeTimer: LoopTimer.Handle?
  /// Set while something has begun to arrive.
  var paceTimer: LoopTimer.Handle?
  var life: ConnectionLife
  var lastCall = ContinuousClock.now
  /// Whether calls ended since `lastCall` was set: reading the clock for each costs too much.
  private var wasActive = false
  private(set) var isClosing = false

  private(set) var pings = PingWatch()

  /// Makes the session of a connection from `peer`; `refusal` closes it with that reason.
  init(server: Server, loop: any EventLoop, peer: Peer, refusal: ConnectionFault? = nil) {
    self.server = server
    self.loop = loop
    self.peer = peer
    timer = server.timers.timer(of: loop)
    queue = CommandQueue(loop: loop)
    startable = ReadyCalls(server.handlers, loop)
    facts = ServerSnapshot.Connection(
      name: String(UInt64.random(in: .min ... .max), radix: 36), peer: peer.name)
    connection = ServerConnection(limits: server.limits, sharing: server.received)
    var random = SystemRandom()
    life = ConnectionLife(limits: server.limits, at: lastCall, using: &random)
    queue.onCommands { self.takeCommands() }
    if let refusal { connection.fail(refusal) }
    isClosing = refusal != nil
  }

  // MARK: Transport

  func connected(to transport: any Transport) {
    self.transport = transport
    if isClosing {
      finishClosing()
    } else {
      setConnectionTimer(life.firstLook)
    }
  }

  func received(_ bytes: ByteBuffer) {
    guard !isClosing else { return }
    let now = ContinuousClock.now
    facts.heard = now
    facts.bytesReceived &+= bytes.readableBytes
    connection.append(bytes)
    do {
      while let event = try connection.next(at: now) { handle(event, now) }
      handOver()
      if ask({ $0.isReceiving }), paceTimer == nil {
        setPaceTimer(now + server.limits.receiveGrace)
      }
    } catch {
      handOver()
      fail(error)
    }
  }

  func receivedAll() { flush() }

  func becameWritable() {
    timer.remove(&writeTimer)
    flush()
  }

  func disconnected(_ error: (any Error)?) {
    if let error { server.logger.debug("a connection broke", metadata: metadata(error)) }
    transport = nil
    isClosing = true
    _ = queue.close()
    timer.remove(&connectionTimer)
    timer.remove(&paceTimer)
    timer.remove(&writeTimer)
    pings.abandon()
    cancelAll(Status(.cancelled, "the connection was lost"))
    server.disconnected(self)
  }

  // MARK: What the client did

  func handle(_ event: ServerConnection.Event, _ now: ContinuousClock.Instant) {
    switch event {
    case .opened(let stream, let request): open(stream, request, now)
    case .message(let stream, let bytes, let isLast): message(stream, bytes, isLast: isLast)
    case .finished(let stream): finished(stream)
    case .cancelled(let stream):
      stop(stream, Status(.cancelled, "the client cancelled the call"))
    case .answered:
      pings.answered(at: now)
    case .failed(let stream, let status):
      stop(stream, status)
    }
  }

  private func open(_ stream: StreamID, _ request: CallRequest, _ now: ContinuousClock.Instant) {
    facts.callsStarted &+= 1
    guard let endpoint = server.routes[request.path] else {
      return refuse(stream, server.routes.refusal(of: request.path))
    }
    let method = endpoint.route.method
    let context = ServerContext(
      method: method, request: request, deadline: request.timeout.map { now + $0 },
      arrival: now, peer: facts.peer, identity: facts.identity, connection: facts.name,
      stream: stream.rawValue)
    if let refusal = endpoint.gate?.refusal(deadline: context.deadline, at: now) {
      return refuse(stream, refusal)
    }
    connection.limitInput(
      of: stream, messageBytesMax: endpoint.requestBytesMax, isUnseen: method.hasSingleRequest)
    if endpoint.compressesResponses ?? request.compressesResponses {
      connection.compressOutput(of: stream)
    }
    let call = ServerCall(
      stream, endpoint, context, queue: queue, callQueue: startable.callQueue(for: endpoint),
      server: server)
    calls[stream] = call
    if let deadline = context.deadline {
      call.deadline = timer.set(due: deadline, for: self, token: UInt64(stream.rawValue))
    }
    if !method.hasSingleRequest { start(call) }
  }

  /// Ends a call that gets no handler.
  private func refuse(_ stream: StreamID, _ status: Status) {
    connection.end(stream, CallEnding(status))
    connection.returned(stream)
  }

  private func message(_ stream: StreamID, _ bytes: Bytes, isLast: Bool) {
    guard let call = calls[stream] else { return }
    call.received.count(bytes.count)
    if let incoming = call.incoming {
      if let reader = incoming.push(bytes) { woken.append(reader) }
      if isLast { incoming.end() }
      return
    }
    guard call.request == nil else {
      stop(stream, Status(.invalidArgument, "\(call.route.method) takes one request"))
      return
    }
    call.request = bytes
    if isLast { start(call) }
  }

  private func finished(_ stream: StreamID) {
    guard let call = calls[stream] else { return }
    if let incoming = call.incoming {
      incoming.end()
    } else if call.request != nil {
      start(call)
    } else {
      stop(stream, Status(.invalidArgument, "\(call.route.method) was called without a request"))
    }
  }

  private func start(_ call: ServerCall) {
    switch call.endpoint.gate?.arrived(call) {
    case .run, nil:
      began(call)
      startable.append(call)
    case .wait: call.stage = .waiting
    case .refuse(let status): stop(call.stream, status)
    }
  }

  /// Records that a call's handler is about to run: its request is taken.
  private func began(_ call: ServerCall) {
    call.stage = .started
    if call.request != nil { connection.consumed(messages: 1, on: call.stream) }
  }

  private func handOver() {
    for reader in woken { reader.resume() }
    woken.removeAll(keepingCapacity: true)
    for call in startable.handOver() {
      call.stage = .arriving
      stop(call.stream, .unprocessed("the server is stopping"))
    }
  }

  /// Ends a call before its handler has: the handler is cancelled, if there is one by now.
  func stop(_ stream: StreamID, _ status: Status) {
    guard let call = calls[stream] else { return }
    call.cancel(status)
    if call.stage == .waiting, call.endpoint.gate?.withdraw(call) == false { call.stage = .started }
    if call.stage == .started {
      // A client that cancelled hears the end when the slot is free; any other hears it now.
      if status.code != .cancelled { connection.end(stream, CallEnding(status)) }
    } else {
      connection.end(stream, CallEnding(status))
      forget(call)
      connection.returned(stream)
    }
  }

  private func cancelAll(_ status: Status) {
    for (_, call) in calls {
      timer.remove(&call.deadline)
      call.cancel(status)
      if call.stage == .waiting { _ = call.endpoint.gate?.withdraw(call) }
    }
    calls = StreamMap()
  }

  // MARK: What handlers did

  private func takeCommands() {
    while queue.take(into: &commands) {
      for command in commands {
        handle(command)
        if ask({ $0.hasFullOutput }) { writeOnce() }
      }
    }
    flush()
  }

  private func handle(_ command: ServerCommand) {
    switch command {
    case .message(let stream, let bytes):
      guard let call = calls[stream] else { return }
      send(bytes, of: call)
    case .consumed(let stream, let messages):
      connection.consumed(messages: messages, on: stream)
    case .began(let call):
      if calls[call.stream] === call { began(call) }
    case .returned(let call, let outcome):
      returned(call, outcome)
    case .ping(let waiter):
      if pings.begin(waiter, isPossible: connection.isReady && !isClosing) { connection.ping() }
    case .drain:
      connection.beginDrain()
    case .stop:
      fail(ConnectionFault(.draining, "the server has stopped"))
    }
  }

  func forget(_ call: ServerCall) {
    calls[call.stream] = nil
    timer.remove(&call.deadline)
    wasActive = true
  }

  // MARK: Leaving

  /// Finishes open calls and takes no new ones; from any thread.
  func drain() { queue.push(.drain) }

  /// Cancels open calls and closes; from any thread.
  func stop() { queue.push(.stop) }

  func fail(_ fault: ConnectionFault) {
    guard !isClosing else { return }
    server.logger.debug("closing a connection", metadata: metadata(fault))
    isClosing = true
    cancelAll(Status(.cancelled, "the connection was closed: \(fault.message)"))
    connection.fail(fault)
    finishClosing()
  }

  private func finishClosing() {
    while let output = takeOutput() { transport?.write(output) }
    transport?.close()
  }

  func flush() {
    if wasActive { lastCall = .now }
    wasActive = false
    guard let transport, !isClosing else { return }
    if transport.writeTurn({ takeOutput() }) { loop.execute { self.flush() } }
    if !transport.isWritable, writeTimer == nil {
      writeTimer = timer.set(
        due: .now + server.limits.writeTimeout, for: self, token: Self.writeToken)
    }
    if ask({ $0.isDrained }) {
      isClosing = true
      finishClosing()
    }
  }

  /// Writes what is ready before more is added to it, so that this need not be queued.
  private func writeOnce() {
    if let transport, !isClosing, transport.isWritable, let output = takeOutput() {
      transport.write(output)
    }
  }

  /// Asks the connection something often: through an argument, because for a getter of another module
  /// the compiler would copy all of it out of this class first.
  private func ask(_ question: (inout ServerConnection) -> Bool) -> Bool { question(&connection) }

  private func takeOutput() -> ByteBuffer? {
    let output = connection.takeOutput(sent: &sent)
    facts.bytesSent &+= output?.readableBytes ?? 0
    Transfer.drain(&sent) { note in calls[note.stream]?.outgoing?.sent(bytes: note.bytes) }
    return output
  }

  private func metadata(_ error: any Error) -> Logger.Metadata {
    ["peer": "\(facts.peer)", "connection": "\(facts.name)", "reason": "\(error)"]
  }
}
