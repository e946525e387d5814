import RPCCore

/// Finds the endpoint of a call by its name on the wire.
struct Router: Sendable {
  private let endpoints: [String: Endpoint]
  private let services: Set<String>

  /// Each method has one route, and only a method with a route has a policy; anything else is a
  /// mistake in the program.
  init(
    _ routes: [Route], _ policies: [MethodDescriptor: MethodPolicy], _ limits: Limits,
    execution: HandlerExecution
  ) {
    var endpoints: [String: Endpoint] = [:]
    for route in routes {
      precondition(endpoints[route.method.path] == nil, "\(route.method) has two routes")
      let policy = policies[route.method] ?? MethodPolicy()
      policy.check(route.method, limits)
      endpoints[route.method.path] = Endpoint(route, policy, execution)
    }
    for method in policies.keys {
      precondition(endpoints[method.path] != nil, "\(method) has a policy and no route")
    }
    self.endpoints = endpoints
    services = Set(routes.map(\.method.service))
  }

  /// Every method, in the order of their names.
  var methods: [MethodDescriptor] {
    endpoints.values.map(\.route.method).sorted { $0.path < $1.path }
  }

  subscript(path: String) -> Endpoint? { endpoints[path] }

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

/// One method as a server offers it: its route, and what its calls are held to.
final class Endpoint: Sendable {
  let route: Route
  let gate: MethodGate?
  let requestBytesMax: Int?
  let compressesResponses: Bool?
  let execution: HandlerExecution

  init(_ route: Route, _ policy: MethodPolicy, _ execution: HandlerExecution) {
    self.route = route
    gate = policy.handlersMax.map {
      MethodGate(route.method, handlersMax: $0, waitingMax: policy.waitingMax)
    }
    requestBytesMax = policy.requestBytesMax
    compressesResponses = policy.compressesResponses
    self.execution = policy.execution ?? execution
  }
}
