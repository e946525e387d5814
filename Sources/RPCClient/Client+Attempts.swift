import Codec
import RPCCore

extension Client {
  /// Makes a unary call, in as many attempts as it takes.
  ///
  /// One function for all of an attempt, because each asynchronous one asks where its task should
  /// run, twice. An attempt of a hedged call says by `hedgeAfter` how many were made before it; no
  /// policy tries it again.
  func unary(
    _ call: OutboundCall, _ request: SegmentedBytes, hedgeAfter previousAttempts: Int? = nil
  ) async throws -> Bytes {
    let isHedge = previousAttempts != nil
    if !isHedge, let hedging = configuration.hedging(for: call) {
      return try await hedged(call, request, hedging)
    }
    let policy = isHedge ? nil : configuration.policy(for: call.method)
    var decision = RetryDecision(sentAttempts: previousAttempts ?? 0)
    while true {
      do {
        let payload = try call.payload(
          previousAttempts: decision.sentAttempts, limits: configuration.limits)
        let reply = Reply()
        let opened = ClientCall(
          call.method, .single(reply), deadline: call.deadline, metadata: call.options.response,
          compresses: call.options.compresses)
        let open = { (_: ClientSession, stream: StreamID) in
          ClientCommand.open(stream, opened, payload, request: request)
        }
        let (session, stream) =
          if let begun = beginNow(open) { begun } else { try await begin(call, open) }
        do {
          let response = try await withTaskCancellationHandler {
            try await withUnsafeThrowingContinuation { reply.wait($0) }
          } onCancel: {
            session.queue.push(.cancel(stream))
          }
          retries.succeeded()
          return response
        } catch let status as Status {
          throw AttemptFailure(status: status, reach: opened.isUnsent ? .unsent : .sent)
        }
      } catch let failure as AttemptFailure {
        try await prepareToRetry(call, after: failure, &decision, policy: policy)
      }
    }
  }

  /// Makes a call with a stream of requests, in one attempt.
  func stream<R: Sendable>(
    _ call: OutboundCall, _ body: (OutgoingMessages, IncomingMessages) async throws -> R
  ) async throws -> R {
    let limits = configuration.limits
    let payload = try call.payload(previousAttempts: 0, limits: limits)
    var streams: (OutgoingMessages, IncomingMessages)?
    let session: ClientSession
    let stream: StreamID
    do {
      (session, stream) = try await begin(call) { session, stream in
        let port = ClientPort(queue: session.queue)
        let outgoing = OutgoingMessages(
          port: port, stream: stream, queuedBytesMax: limits.queuedBytesMax)
        let incoming = IncomingMessages(
          port: port, stream: stream, malformedCode: .internal,
          creditBatchBytes: limits.streamWindowBytes / 4)
        streams = (outgoing, incoming)
        let opened = ClientCall(
          call.method, .stream(incoming, outgoing), deadline: call.deadline,
          metadata: call.options.response, compresses: call.options.compresses)
        return .open(stream, opened, payload, request: nil)
      }
    } catch let failure as AttemptFailure {
      throw failure.status
    }
    guard let (outgoing, incoming) = streams else {
      preconditionFailure("a call was started without its streams")
    }
    // Whatever way the body is left, nothing of the call stays behind; this does nothing if it ended.
    defer { session.queue.push(.cancel(stream)) }
    return try await withTaskCancellationHandler {
      try await body(outgoing, incoming)
    } onCancel: {
      session.queue.push(.cancel(stream))
    }
  }

  /// Gives an attempt to a connection, if there is one that is ready.
  private func beginNow(
    _ command: (ClientSession, StreamID) -> ClientCommand
  ) -> (ClientSession, StreamID)? {
    guard let session = pool.pickReady() else { return nil }
    return give(command, to: session)
  }

  /// Gives an attempt to this connection; `nil` if it takes none any more.
  private func give(
    _ command: (ClientSession, StreamID) -> ClientCommand, to session: ClientSession
  ) -> (ClientSession, StreamID)? {
    session.counter.begin()
    guard let number = session.queue.pushNumbered({ command(session, StreamID($0)) }) else {
      session.counter.undoBegin()
      return nil
    }
    return (session, StreamID(number))
  }

  /// Gives an attempt to a connection, once there is one that takes it.
  ///
  /// - Throws: `AttemptFailure` if there is none, and the call does not wait for one.
  func begin(
    _ call: OutboundCall, _ command: (ClientSession, StreamID) -> ClientCommand
  ) async throws -> (ClientSession, StreamID) {
    while true {
      switch pool.pick(waitForReady: call.options.waitForReady) {
      case .use(let session):
        if let begun = give(command, to: session) { return begun }
        pool.leave(session)
      case .wait(let changes):
        try await pool.wait(since: changes, until: call.deadline)
      case .fail(let status):
        throw AttemptFailure(status: status, reach: .noConnection)
      case .closed(let status):
        throw status
      }
    }
  }

  /// Returns when a call is to be tried again.
  ///
  /// - Throws: the status it failed with, if it is not; `CancellationError`.
  func prepareToRetry(
    _ call: OutboundCall, after failure: AttemptFailure, _ decision: inout RetryDecision,
    policy: RetryPolicy?
  ) async throws {
    let verdict = retries.decide(failure, of: call, &decision, policy: policy)
    guard case .retry(let wait) = verdict else { throw failure.status }
    if wait > .zero { try await Task.sleep(for: wait) }
    call.options.response?.head = Metadata()
    call.options.response?.trailers = Metadata()
  }
}
