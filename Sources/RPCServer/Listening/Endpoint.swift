public import RPCCore

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

/// Why an address cannot be listened on.
public struct ListenError: Error, CustomStringConvertible {
  /// The address.
  public let address: Address
  /// What stands in the way.
  public let reason: String

  /// `cannot listen on 127.0.0.1:7001: Address already in use`.
  public var description: String { "cannot listen on \(address): \(reason)" }
}
