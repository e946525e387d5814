/// Something that is done around every call that a server serves: logging, measuring, tracing,
/// refusing.
///
/// It runs in the handler's task, and is the same for the four kinds of call. Of several
/// interceptors the first one is outermost: it begins first and ends last. Calls that end before
/// their handler would start (of unknown methods, past a limit) are not seen.
public protocol ServerInterceptor: Sendable {
  /// Runs `next`, which serves the call, at most once.
  ///
  /// `next` returns when the handler has, and throws the `Status` that the caller is given: also
  /// that of a call which was cancelled or whose deadline passed. An interceptor that throws a status
  /// of its own, before or after, ends the call with that one instead; before `next`, the handler
  /// never runs. What is to be known further in is left in the context, or in a task-local value
  /// around `next`; trailers are set in the context.
  ///
  /// - Throws: what `next` throws, or the interceptor's own refusal.
  func intercept(_ context: ServerContext, _ next: () async throws -> Void) async throws
}

/// Names a value that interceptors leave in a ``ServerContext`` for what runs further in.
public protocol ServerContextKey {
  /// What stands under the key.
  associatedtype Value: Sendable
}

/// Services about the server itself, that any server can offer beside its own: health, reflection.
public protocol ServerExtension: Sendable {
  /// What the extension adds to the server's routes.
  var routes: [Route] { get }

  /// Called once, when the server is made.
  ///
  /// An extension holds `server` weakly, since the server holds the extension.
  func joined(_ server: any InspectedServer)

  /// The server has begun to stop.
  func draining()
}

/// A server as its extensions see it.
public protocol InspectedServer: AnyObject, Sendable {
  /// Every method that is served, those of extensions too.
  var methods: [MethodDescriptor] { get }

  /// What each connection and call is doing, the oldest connection first.
  ///
  /// With `pinging`, each connection is asked for a sign of life before, and has a second for it.
  func snapshot(pinging: Bool) async -> ServerSnapshot
}
