/// A call as its caller wants it, before anything of it was sent.
public struct ClientCallInfo: Sendable {
  /// The method that is called.
  public let method: MethodDescriptor
  /// What the caller says about the call; an interceptor may change it, for example add metadata.
  public var options: CallOptions

  /// A call of `method`.
  public init(method: MethodDescriptor, options: CallOptions) {
    self.method = method
    self.options = options
  }
}

/// Something that is done around every call of a client: logging, measuring, adding a token.
///
/// A call with all its attempts is one call here. Of several interceptors the first one is
/// outermost: it begins first and ends last.
public protocol ClientInterceptor: Sendable {
  /// Runs `next`, which makes the call, and returns what it returns.
  ///
  /// How long that takes and what it throws is how the call went; for a streaming call it lasts until
  /// the caller's closure has returned. An interceptor that throws instead of running `next`
  /// refuses the call. It runs `next` once at most.
  ///
  /// - Throws: what `next` throws, or the interceptor's own refusal.
  func intercept<R: Sendable>(
    _ call: ClientCallInfo, _ next: (ClientCallInfo) async throws -> R
  ) async throws -> R
}
