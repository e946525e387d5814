public import RPCCore

/// Tells the caller of a call that failed under which id the server's log has it, in the trailers.
public struct RequestIDs: ServerInterceptor {
  /// Makes one; it keeps nothing.
  public init() {}

  /// Adds the trailer if the call fails.
  public func intercept(
    _ context: ServerContext, _ next: () async throws -> Void
  ) async throws {
    do {
      try await next()
    } catch {
      context.response.trailers[RequestID.key] = context.requestID
      throw error
    }
  }
}

/// Gives the calls that a handler makes the id of the call that it serves.
///
/// An id that the caller sets stays.
public struct RequestIDForwarding: ClientInterceptor {
  /// Makes one; it keeps nothing.
  public init() {}

  /// Adds the id of the current handler's call, if there is one.
  public func intercept<R: Sendable>(
    _ call: ClientCallInfo, _ next: (ClientCallInfo) async throws -> R
  ) async throws -> R {
    var call = call
    if let context = ServerContext.current, call.options.metadata[RequestID.key] == nil {
      call.options.metadata[RequestID.key] = context.requestID
    }
    return try await next(call)
  }
}
