import Codec
import Logging
import RPCCore

/// One call: what its connection knows of it, and the handler that serves it.
final class ServerCall: @unchecked Sendable {
  /// What the handler came to.
  enum Outcome: Sendable {
    case response(Bytes)
    case streamed
    case failed(Status)
  }

  let stream: StreamID
  let route: Route
  let context: ServerContext
  let incoming: IncomingMessages?
  let outgoing: OutgoingMessages?
  private let queue: CommandQueue<ServerCommand>
  private let logger: Logger
  private let cancellation = HandlerCancellation()

  // Used on the connection's event loop, and by the handler's task after it was started there.
  var request: Bytes?

  // Used on the connection's event loop only.
  var isStarted = false
  var hasSentHead = false
  var deadline: LoopTimer.Handle?

  init(
    _ stream: StreamID, _ route: Route, _ context: ServerContext,
    queue: CommandQueue<ServerCommand>, limits: Limits, logger: Logger
  ) {
    self.stream = stream
    self.route = route
    self.context = context
    self.queue = queue
    self.logger = logger
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

  /// Stops the handler: its task is cancelled, and what it reads and writes fails with `status`.
  func cancel(_ status: Status) {
    cancellation.cancel()
    incoming?.end(status)
    outgoing?.end(status)
  }

  /// Serves the call, in a task of its own, and tells the connection what came of it.
  func run() async {
    let outcome = await cancellation.run { await perform() }
    queue.push(.returned(self, outcome))
  }

  private func perform() async -> Outcome {
    do {
      return try await ServerContext.$current.withValue(context) {
        try await handle(request ?? Bytes())
      }
    } catch let status as Status {
      return .failed(status)
    } catch is CancellationError {
      return .failed(Status(.cancelled, "the call was cancelled"))
    } catch {
      return .failed(unforeseen(error))
    }
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

  /// What a caller may know of an error that nobody foresaw: an id that stands in the log.
  private func unforeseen(_ error: any Error) -> Status {
    let id = String(UInt32.random(in: .min ... .max), radix: 16)
    logger.error(
      "a handler failed",
      metadata: [
        "error-id": "\(id)", "method": "\(route.method)", "request": "\(context.requestID)",
        "error": "\(String(reflecting: error))",
      ])
    return Status(.internal, "internal error \(id); the server's log says more")
  }
}

/// What calls' tasks, and the server, ask of a session.
enum ServerCommand: Sendable {
  case message(StreamID, Bytes)
  case consumed(StreamID, messages: Int)
  case returned(ServerCall, ServerCall.Outcome)
  case drain
  case stop
}

/// What a handler's streams ask of the session.
struct ServerPort: CallPort {
  let queue: CommandQueue<ServerCommand>

  func send(_ message: Bytes, on stream: StreamID) { queue.push(.message(stream, message)) }

  /// A server's messages end with the call, when the handler returns.
  func finish(_ stream: StreamID) {}

  func consumed(messages: Int, on stream: StreamID) {
    queue.push(.consumed(stream, messages: messages))
  }
}
