import RPCCore

/// Finds the route of a call by its name on the wire.
struct Router: Sendable {
  private let routes: [String: Route]
  private let services: Set<String>

  /// Each method has one route; two are a mistake in the program.
  init(_ list: [Route]) {
    var routes: [String: Route] = [:]
    for route in list {
      precondition(routes[route.method.path] == nil, "\(route.method) has two routes")
      routes[route.method.path] = route
    }
    self.routes = routes
    services = Set(list.map(\.method.service))
  }

  /// Every method, in the order of their names.
  var methods: [MethodDescriptor] {
    routes.values.map(\.method).sorted { $0.path < $1.path }
  }

  subscript(path: String) -> Route? { routes[path] }

  /// What a call of a method that is not served ends with.
  func refusal(of path: String) -> Status {
    let slash = path.lastIndex(of: "/") ?? path.startIndex
    let service = String(path[..<slash])
    if services.contains(service) {
      return Status(
        .unimplemented, "service \(service) has no method \(path[slash...].dropFirst())")
    }
    return Status(.unimplemented, "no service \(service.debugDescription)")
  }
}
