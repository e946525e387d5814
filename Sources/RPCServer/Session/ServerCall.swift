import Codec
import Logging
import RPCCore
import Waiting

/// One call: what its connection knows of it, and the handler that serves it.
final class ServerCall: @unchecked Sendable {
  /// What the handler came to.
  enum Outcome: Sendable {
    case response(SegmentedBytes)
    case streamed
    case failed(Status)
  }

  /// How far a call has come, as its connection knows.
  enum Stage {
    case arriving
    /// Its handler has to wait for others of the method.
    case waiting
    case started
  }

  let stream: StreamID
  let endpoint: Endpoint
  let context: ServerContext
  let incoming: IncomingMessages?
  let outgoing: OutgoingMessages?
  private let queue: CommandQueue<ServerCommand>
  private let server: Server
  private let callQueue: CallQueue<ServerCall>
  private let cancellation = HandlerCancellation()

  // Used on the connection's event loop, and by the handler's task after it was started there.
  var request: Bytes?

  // Used on the connection's event loop only.
  var received = ServerSnapshot.Traffic()
  var sent = ServerSnapshot.Traffic()
  var stage = Stage.arriving
  var hasSentHead = false
  var deadline: LoopTimer.Handle?

  init(
    _ stream: StreamID, _ endpoint: Endpoint, _ context: ServerContext,
    queue: CommandQueue<ServerCommand>, callQueue: CallQueue<ServerCall>, server: Server
  ) {
    let limits = server.limits
    let route = endpoint.route
    self.stream = stream
    self.endpoint = endpoint
    self.context = context
    self.queue = queue
    self.callQueue = callQueue
    self.server = server
    let port = ServerPort(queue: queue)
    incoming =
      route.method.hasSingleRequest
      ? nil
      : IncomingMessages(
        port: port, stream: stream, malformedCode: .invalidArgument,
        creditBatchBytes: limits.streamWindowBytes / 4)
    outgoing =
      route.method.hasSingleResponse
      ? nil : OutgoingMessages(port: port, stream: stream, queuedBytesMax: limits.queuedBytesMax)
  }

  var route: Route { endpoint.route }

  /// Stops the handler: its task is cancelled, and what it reads and writes fails with `status`.
  func cancel(_ status: Status) {
    cancellation.cancel(status)
    incoming?.end(status)
    outgoing?.end(status)
  }

  /// Serves the call, in a task that does nothing else meanwhile, and tells the connection what came
  /// of it.
  ///
  /// Few functions, because each asynchronous one asks where its task should run, twice.
  func run() async {
    let start = endpoint.gate == nil ? nil : ContinuousClock.now
    cancellation.begin()
    let outcome: Outcome
    do {
      outcome = try await ServerContext.$current.withValue(context) {
        if case .unary(let handler) = route.handler, server.interceptors.isEmpty {
          return .response(try await handler(request ?? Bytes(), context))
        }
        return try await server.interceptors.isEmpty ? handle(request ?? Bytes()) : intercepted()
      }
    } catch {
      outcome = .failed(status(of: error))
    }
    cancellation.returned()
    queue.push(.returned(self, outcome))
    if let start, let next = endpoint.gate?.returned(after: ContinuousClock.now - start) {
      next.letIn()
    }
  }

  /// Starts the handler of a call that has waited for another to return.
  private func letIn() {
    queue.push(.began(self))
    // Nobody takes it when the server has ended; then its connection is gone as well.
    _ = callQueue.push([self])
  }

  private func intercepted() async throws -> Outcome {
    var outcome: Outcome?
    try await run(within: server.interceptors[...]) {
      do {
        outcome = try await self.handle(self.request ?? Bytes())
      } catch {
        throw self.cancellation.reason ?? self.status(of: error)
      }
      if let reason = self.cancellation.reason { throw reason }
    }
    guard let outcome else {
      throw Status(.internal, "\(route.method) was not served: an interceptor left out the call")
    }
    return outcome
  }

  private func run(
    within interceptors: ArraySlice<any ServerInterceptor>, _ serve: () async throws -> Void
  ) async throws {
    guard let first = interceptors.first else { return try await serve() }
    try await first.intercept(context) { try await run(within: interceptors.dropFirst(), serve) }
  }

  private func handle(_ request: Bytes) async throws -> Outcome {
    switch (route.handler, incoming, outgoing) {
    case (.unary(let handler), _, _):
      return .response(try await handler(request, context))
    case (.clientStreaming(let handler), let incoming?, _):
      return .response(try await handler(incoming, context))
    case (.serverStreaming(let handler), _, let outgoing?):
      try await handler(request, outgoing, context)
      return .streamed
    case (.bidirectional(let handler), let incoming?, let outgoing?):
      try await handler(incoming, outgoing, context)
      return .streamed
    case (.clientStreaming, nil, _), (.serverStreaming, _, nil), (.bidirectional, nil, _),
      (.bidirectional, _, nil):
      preconditionFailure("\(route.method) lacks a direction")
    }
  }

  /// What a caller may know of an error: of one that nobody foresaw, an id that stands in the log.
  private func status(of error: any Error) -> Status {
    let known =
      error is CancellationError
      ? Status(.cancelled, "the call was cancelled") : error as? Status
    if let known {
      // Without a reason only the task that serves cancels a handler: by the server's hard stop.
      let isStopped = known.code == .cancelled && Task.isCancelled && cancellation.reason == nil
      return isStopped ? Status(.unavailable, "the server has stopped") : known
    }
    if let error = error as? any StatusError, let status = error.status {
      if error.isWorthLogging { log(error, [:]) }
      return status
    }
    let id = String(UInt32.random(in: .min ... .max), radix: 16)
    log(error, ["error-id": "\(id)"])
    return Status(.internal, "internal error \(id); the server's log says more")
  }

  private func log(_ error: any Error, _ more: Logger.Metadata) {
    var metadata = more
    metadata["method"] = "\(route.method)"
    metadata["request"] = "\(context.requestID)"
    metadata["error"] = "\(String(reflecting: error))"
    server.logger.error("a handler failed", metadata: metadata)
  }
}

/// What calls' tasks, and the server, ask of a session.
enum ServerCommand: Sendable {
  case message(StreamID, SegmentedBytes)
  case consumed(StreamID, messages: Int)
  case began(ServerCall)
  case returned(ServerCall, ServerCall.Outcome)
  /// Tells this of the answer.
  case ping(OneShotSignal)
  case drain
  case stop
}

/// What a handler's streams ask of the session.
struct ServerPort: CallPort {
  let queue: CommandQueue<ServerCommand>

  func send(_ message: SegmentedBytes, on stream: StreamID) {
    queue.push(.message(stream, message))
  }

  /// A server's messages end with the call, when the handler returns.
  func finish(_ stream: StreamID) {}

  func consumed(messages: Int, on stream: StreamID) {
    queue.push(.consumed(stream, messages: messages))
  }
}
