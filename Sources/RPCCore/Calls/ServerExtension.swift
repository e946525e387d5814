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
