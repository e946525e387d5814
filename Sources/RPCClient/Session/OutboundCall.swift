import Codec
import RPCCore

/// One call from its beginning to its end, whatever attempts it takes.
struct OutboundCall: Sendable {
  /// Says how many earlier attempts the server may have seen.
  static let previousAttemptsKey = "diyml-previous-attempts"

  /// W3C's name for what goes with a trace context.
  private static let traceStateKey = "tracestate"

  let method: MethodDescriptor
  var options: CallOptions
  /// The earlier of what the options say and what is left to the handler that makes the call.
  let deadline: ContinuousClock.Instant?

  init(_ method: MethodDescriptor, _ options: CallOptions) {
    self.method = method
    self.options = options
    let own = options.timeout.map { ContinuousClock.now + min($0, CallRequest.timeoutMax) }
    if let inherited = ServerContext.current?.deadline {
      deadline = own.map { min($0, inherited) } ?? inherited
    } else {
      deadline = own
    }
  }

  /// Whether it does no harm if the server processes the call twice.
  var isRepeatable: Bool { method.idempotency != .unknown || options.idempotencyKey != nil }

  /// The time to the deadline, if there is one.
  var remaining: Duration? { deadline.map { ContinuousClock.now.duration(to: $0) } }

  /// The payload of an attempt's OPEN.
  ///
  /// - Throws: `CancellationError`; `DEADLINE_EXCEEDED`; the status of metadata past a limit.
  func payload(previousAttempts: Int, limits: Limits) throws -> Bytes {
    try Task.checkCancellation()
    let timeout = remaining
    if let timeout, timeout <= .zero {
      throw Status(
        .deadlineExceeded, "the call's deadline had passed before it was made",
        details: [.unprocessed])
    }
    var metadata = options.metadata
    if previousAttempts > 0 { metadata[Self.previousAttemptsKey] = "\(previousAttempts)" }
    let trace = options.trace ?? inheritTrace(&metadata)
    let request = CallRequest(
      path: method.path, timeout: timeout, metadata: metadata,
      idempotencyKey: options.idempotencyKey, trace: trace,
      compressesResponses: options.compresses)
    return try request.serialized(
      limits: limits, metadataBytesMax: limits.metadataBytesMax, plainOpen: method.plainOpen)
  }

  /// Passes on the trace of the handler that makes the call, with what others have added to it.
  private func inheritTrace(_ metadata: inout Metadata) -> String {
    guard let context = ServerContext.current, !context.trace.isEmpty else { return "" }
    if metadata[Self.traceStateKey] == nil, let state = context.metadata[Self.traceStateKey] {
      metadata[Self.traceStateKey] = state
    }
    return context.trace
  }
}
