public import Codec
public import RPCCore

/// The services that any server can offer about itself: health, reflection and inspection.
///
/// ```swift
/// let about = StandardServices(files: allProtoFiles)
/// let server = Server(routes: shop.routes, logger: logger, extensions: [about])
/// ```
///
/// Health and reflection answer everybody who may connect: they tell what is up, and what is in the
/// .proto files of the services that are offered. Inspection tells who is connected and what they
/// call, so it answers administrators only.
public final class StandardServices: ServerExtension {
  /// What the server says of its health; each of its services is serving until it is set otherwise.
  public let health = HealthBoard()
  private let reflection: ReflectionProvider
  private let inspection: InspectionProvider

  /// Makes the services of one server.
  ///
  /// - Parameters:
  ///   - files: the .proto files of the server's services; what they import need not be named.
  ///   - administrators: who may see connections and calls.
  public init(files: [ProtoFile], administrators: Administrators = .sameUser) {
    reflection = ReflectionProvider(files: files + allProtoFiles)
    inspection = InspectionProvider(administrators: administrators)
  }

  /// The routes of all three.
  public var routes: [Route] {
    HealthProvider(board: health).routes + reflection.routes + inspection.routes
  }

  /// Takes the server's methods into account.
  public func joined(_ server: any InspectedServer) {
    let services = Set(server.methods.map(\.service))
    for service in services { health.add(service) }
    reflection.serve(services)
    inspection.look(at: server)
  }

  /// Says that nothing is served any more.
  public func draining() { health.close() }
}
