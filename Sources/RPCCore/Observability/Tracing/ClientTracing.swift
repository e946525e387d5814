public import RPCCore
public import Tracing

/// Makes a span for every call of a client, with all of its attempts, and tells the server of it.
public struct ClientTracing: ClientInterceptor {
  private let tracer: (any Tracer)?

  /// Traces by this tracer; without one by that of the `InstrumentationSystem`, which does nothing
  /// until a program has chosen one.
  public init(tracer: (any Tracer)? = nil) { self.tracer = tracer }

  /// Makes the call within its span.
  public func intercept<R: Sendable>(
    _ call: ClientCallInfo, _ next: (ClientCallInfo) async throws -> R
  ) async throws -> R {
    let tracer = tracer ?? InstrumentationSystem.tracer
    let span = tracer.startSpan(
      call.method.path, context: ServiceContext.current ?? .topLevel, ofKind: .client)
    defer { span.end() }
    if span.isRecording { span.describe(call.method) }
    var call = call
    tracer.inject(span.context, into: &call.options, using: CallInjector())
    do {
      let result = try await ServiceContext.withValue(span.context) { try await next(call) }
      span.setCode(.ok)
      return result
    } catch {
      let status = error as? Status
      if let status { span.setCode(status.code) }
      span.setStatus(
        SpanStatus(code: .error, message: status?.message ?? "\(type(of: error))"))
      throw error
    }
  }
}
