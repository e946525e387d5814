public import RPCCore
public import Tracing

/// Makes a span for every call that a server serves, as a part of its caller's trace, or of a new one.
///
/// The span is the task's `ServiceContext` while the handler runs, so that spans which the handler
/// starts, and calls which it makes through ``ClientTracing``, belong to it.
public struct ServerTracing: ServerInterceptor {
  private let tracer: (any Tracer)?

  /// Traces by this tracer; without one by that of the `InstrumentationSystem`, which does nothing
  /// until a program has chosen one.
  public init(tracer: (any Tracer)? = nil) { self.tracer = tracer }

  /// Runs the call within its span.
  public func intercept(_ context: ServerContext, _ next: () async throws -> Void) async throws {
    let tracer = tracer ?? InstrumentationSystem.tracer
    var around = ServiceContext.topLevel
    tracer.extract(context, into: &around, using: CallExtractor())
    let span = tracer.startSpan(context.method.path, context: around, ofKind: .server)
    defer { span.end() }
    if span.isRecording {
      span.describe(context.method)
      span.attributes["network.peer.address"] = context.peer
      span.attributes["diyml.request_id"] = context.requestID
    }
    do {
      try await ServiceContext.withValue(span.context) { try await next() }
      span.setCode(.ok)
    } catch {
      let status = error as? Status ?? Status(.unknown, "\(type(of: error))")
      span.setCode(status.code)
      if status.code.isServersFault {
        span.setStatus(SpanStatus(code: .error, message: status.message))
      }
      throw error
    }
  }
}

extension Span {
  /// What OpenTelemetry's conventions for RPC say of a call.
  func describe(_ method: MethodDescriptor) {
    updateAttributes { attributes in
      attributes["rpc.system"] = "diyml"
      attributes["rpc.service"] = method.service
      attributes["rpc.method"] = method.name
    }
  }

  /// How the call ended, as gRPC's conventions have it.
  func setCode(_ code: StatusCode) {
    guard isRecording else { return }
    attributes["rpc.diyml.status_code"] = Int64(code.rawValue)
  }
}

extension StatusCode {
  /// Whether a server's span is marked as failed, by OpenTelemetry's conventions: a caller that asks
  /// for what there is not has made no error of the server.
  var isServersFault: Bool {
    switch self {
    case .unknown, .deadlineExceeded, .unimplemented, .internal, .unavailable, .dataLoss: true
    case .ok, .cancelled, .invalidArgument, .notFound, .alreadyExists, .permissionDenied,
      .resourceExhausted, .failedPrecondition, .aborted, .outOfRange, .unauthenticated:
      false
    }
  }
}

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
