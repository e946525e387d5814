public import Codec
public import Logging
package import NIOCore
public import RPCCore
import Synchronization

/// Calls methods of one server over one connection.
///
/// The connection is made by the first call, and again by the first call after it was lost. A client
/// is closed when it is no longer needed; ``withClient(to:limits:logger:_:)`` does so by itself.
public final class Client: Caller {
  /// Makes a connection for a session, and tells the session how that went.
  package typealias Connector = @Sendable (any Session, any EventLoop) -> Void

  private enum State {
    case idle
    case connected(ClientSession)
    case closed
  }

  private let limits: Limits
  private let logger: Logger
  private let connect: Connector
  private let timers = LoopTimers()
  private let state = Mutex(State.idle)

  /// Makes a client of the server at `address`; nothing is connected yet.
  public convenience init(
    to address: Address, limits: Limits = Limits(), logger: Logger = Logger(label: "diyml.client")
  ) {
    self.init(limits: limits, logger: logger) { session, loop in
      SocketConnector.connect(session, to: address, on: loop, limits: limits)
    }
  }

  package init(limits: Limits, logger: Logger, connect: @escaping Connector) {
    limits.check()
    self.limits = limits
    self.logger = logger
    self.connect = connect
  }

  /// Connects now, instead of by the first call.
  ///
  /// - Throws: `UNAVAILABLE` if there is no server, or it does not say hello in time.
  public func connect() async throws {
    let session = try session()
    try await withCheckedThrowingContinuation { continuation in
      if !session.queue.push(.whenReady(continuation)) {
        continuation.resume(throwing: Status.unprocessed("the connection was lost"))
      }
    }
  }

  /// Ends open calls as `UNAVAILABLE` and closes the connection; calls are refused afterwards.
  public func close() async {
    let session: ClientSession? = state.withLock { state in
      defer { state = .closed }
      if case .connected(let session) = state { return session }
      return nil
    }
    await withCheckedContinuation { continuation in
      guard let session, session.queue.push(.close(continuation)) else {
        continuation.resume()
        return
      }
    }
  }

  // MARK: Calls

  /// Sends one message and returns the one response.
  public func unary(
    _ method: MethodDescriptor, _ request: Bytes, options: CallOptions
  ) async throws -> Bytes {
    let deadline = Self.deadline(options)
    let payload = try open(method, deadline, options)
    let reply = Reply()
    let (session, number) = try start { _, number in
      let call = ClientCall(method, .single(reply), deadline: deadline, metadata: options.response)
      return .open(StreamID(number), call, payload, request: request)
    }
    return try await withTaskCancellationHandler {
      try await reply.get()
    } onCancel: {
      session.queue.push(.cancel(StreamID(number)))
    }
  }

  /// Starts a call with any number of messages each way and gives both directions to `body`.
  public func stream<R: Sendable>(
    _ method: MethodDescriptor, options: CallOptions,
    _ body: (OutgoingMessages, IncomingMessages) async throws -> R
  ) async throws -> R {
    let deadline = Self.deadline(options)
    let payload = try open(method, deadline, options)
    var streams: (OutgoingMessages, IncomingMessages)?
    let (session, number) = try start { [limits] session, number in
      let port = ClientPort(queue: session.queue)
      let outgoing = OutgoingMessages(
        port: port, stream: StreamID(number), queuedBytesMax: limits.queuedBytesMax)
      let incoming = IncomingMessages(
        port: port, stream: StreamID(number), malformedCode: .internal,
        creditBatchBytes: limits.streamWindowBytes / 4)
      streams = (outgoing, incoming)
      let call = ClientCall(
        method, .stream(incoming, outgoing), deadline: deadline, metadata: options.response)
      return .open(StreamID(number), call, payload, request: nil)
    }
    guard let (outgoing, incoming) = streams else {
      preconditionFailure("a call was started without its streams")
    }
    // Whatever way the body is left, nothing of the call stays behind; this does nothing if it ended.
    defer { session.queue.push(.cancel(StreamID(number))) }
    return try await withTaskCancellationHandler {
      try await body(outgoing, incoming)
    } onCancel: {
      session.queue.push(.cancel(StreamID(number)))
    }
  }

  /// The earlier of what the options say and what is left to the handler that makes the call.
  private static func deadline(_ options: CallOptions) -> ContinuousClock.Instant? {
    let own = options.timeout.map { ContinuousClock.now + min($0, CallRequest.timeoutMax) }
    guard let inherited = ServerContext.current?.deadline else { return own }
    return own.map { min($0, inherited) } ?? inherited
  }

  /// The payload of the call's OPEN.
  private func open(
    _ method: MethodDescriptor, _ deadline: ContinuousClock.Instant?, _ options: CallOptions
  ) throws -> Bytes {
    try Task.checkCancellation()
    let timeout = deadline.map { ContinuousClock.now.duration(to: $0) }
    if let timeout, timeout <= .zero {
      throw Status(
        .deadlineExceeded, "the call's deadline had passed before it was made",
        details: [.unprocessed])
    }
    let request = CallRequest(
      path: method.path, timeout: timeout, metadata: options.metadata,
      idempotencyKey: options.idempotencyKey, trace: ServerContext.current?.trace ?? "")
    return try request.serialized(limits: limits, metadataBytesMax: limits.metadataBytesMax)
  }

  /// Hands a call to the connection, or to a new one if that takes no more.
  private func start(
    _ command: (ClientSession, UInt32) -> ClientCommand
  ) throws -> (ClientSession, UInt32) {
    while true {
      let session = try session()
      if let number = session.queue.pushNumbered({ command(session, $0) }) {
        return (session, number)
      }
      leave(session)
    }
  }

  // MARK: Connection

  private func session() throws(Status) -> ClientSession {
    let (session, isNew): (ClientSession?, Bool) = state.withLock { state in
      switch state {
      case .connected(let session): return (session, false)
      case .closed: return (nil, false)
      case .idle:
        let session = ClientSession(
          loop: EventLoops.next(), timers: timers, limits: limits, logger: logger)
        state = .connected(session)
        return (session, true)
      }
    }
    guard let session else { throw .unprocessed("the client was closed") }
    if isNew { connect(session, session.loop) }
    return session
  }

  /// Forgets a session that takes no more calls, unless that was done already.
  private func leave(_ session: ClientSession) {
    state.withLock { state in
      if case .connected(let current) = state, current === session { state = .idle }
    }
  }
}

/// Gives `body` a client of the server at `address`, and closes it afterwards.
///
/// - Throws: what `body` throws.
public func withClient<R: Sendable>(
  to address: Address, limits: Limits = Limits(),
  logger: Logger = Logger(label: "diyml.client"), _ body: (Client) async throws -> R
) async throws -> R {
  let client = Client(to: address, limits: limits, logger: logger)
  do {
    let result = try await body(client)
    await client.close()
    return result
  } catch {
    await client.close()
    throw error
  }
}
