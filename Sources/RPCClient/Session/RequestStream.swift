import Codec
import RPCCore
import Synchronization

/// A server streaming call: it keeps its request, so that it can be tried again until the first
/// response has arrived.
///
/// That happens in the task that reads the responses, so a call costs no task of its own.
final class RequestStream: Sendable {
  private struct State {
    var decision = RetryDecision()
    /// The attempt under way.
    var attempt: (session: ClientSession, stream: StreamID, opened: ClientCall)?
    /// Why the call is over.
    var ending: (any Error)?
  }

  private let client: Client
  private let call: OutboundCall
  private let request: SegmentedBytes
  private let state = Mutex(State())

  init(_ client: Client, _ call: OutboundCall, _ request: SegmentedBytes) {
    self.client = client
    self.call = call
    self.request = request
  }

  /// Begins the first attempt that finds a connection; returns where its responses arrive.
  func start() async throws -> IncomingMessages {
    while true {
      do {
        return try await attempt(into: nil)
      } catch let failure as AttemptFailure {
        try await prepareToRetry(after: failure)
      }
    }
  }

  /// Begins another attempt after one failed before its first response.
  ///
  /// - Throws: the status, if the call is not tried again.
  private func renew(_ incoming: IncomingMessages, after status: Status) async throws {
    var failure = try state.withLock { state in
      if let ending = state.ending { throw ending }
      let isUnsent = state.attempt?.opened.isUnsent ?? false
      return AttemptFailure(status: status, reach: isUnsent ? .unsent : .sent)
    }
    do {
      while true {
        try await prepareToRetry(after: failure)
        do {
          _ = try await attempt(into: incoming)
          return
        } catch let next as AttemptFailure {
          failure = next
        }
      }
    } catch {
      state.withLock { $0.ending = error }
      throw error
    }
  }

  /// Ends the attempt under way; nothing if it has ended.
  func cancel() {
    let attempt = state.withLock { $0.attempt }
    if let attempt { attempt.session.queue.push(.cancel(attempt.stream)) }
  }

  /// Ends the call, of which nothing is read any more.
  ///
  /// Until then what is read and the attempt it comes from hold one another.
  func close() {
    cancel()
    state.withLock { $0.attempt = nil }
  }

  private func attempt(into incoming: IncomingMessages?) async throws -> IncomingMessages {
    let previous = state.withLock { $0.decision.sentAttempts }
    let limits = client.configuration.limits
    let payload = try call.payload(previousAttempts: previous, limits: limits)
    var begun: (IncomingMessages, ClientCall)?
    let (session, stream) = try await client.begin(call) { session, stream in
      let port = ClientPort(queue: session.queue)
      let receiving: IncomingMessages
      if let incoming {
        incoming.restart(port: port, stream: stream)
        receiving = incoming
      } else {
        receiving = IncomingMessages(
          port: port, stream: stream, malformedCode: .internal,
          creditBatchBytes: limits.streamWindowBytes / 4
        ) { [self] in try await renew($0, after: $1) }
      }
      let opened = ClientCall(
        call.method, .stream(receiving, nil), deadline: call.deadline,
        metadata: call.options.response, compresses: call.options.compresses)
      begun = (receiving, opened)
      return .open(stream, opened, payload, request: request)
    }
    guard let (receiving, opened) = begun else {
      preconditionFailure("a call was begun without its stream")
    }
    state.withLock { $0.attempt = (session, stream, opened) }
    return receiving
  }

  private func prepareToRetry(after failure: AttemptFailure) async throws {
    var decision = state.withLock { $0.decision }
    defer { state.withLock { [decision] in $0.decision = decision } }
    try await client.prepareToRetry(
      call, after: failure, &decision, policy: client.configuration.policy(for: call.method))
  }
}

extension Client {
  /// Makes a server streaming call, in as many attempts as it takes to the first response.
  func serverStream<R: Sendable>(
    _ call: OutboundCall, _ request: SegmentedBytes, _ body: (IncomingMessages) async throws -> R
  ) async throws -> R {
    let stream = RequestStream(self, call, request)
    let incoming = try await stream.start()
    defer { stream.close() }
    let result = try await withTaskCancellationHandler {
      try await body(incoming)
    } onCancel: {
      stream.cancel()
    }
    retries.succeeded()
    return result
  }
}
