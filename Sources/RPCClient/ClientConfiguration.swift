public import RPCCore

/// How a client connects, chooses among connections, and tries again.
///
/// Only the addresses have to be given. A value outside of its bounds stops the program when the
/// client is made.
public struct ClientConfiguration: Sendable {
  /// The addresses at which the service is offered; 1 to 100, each once.
  public var addresses: [Address]
  /// The bounds of each connection; ``RPCCore/Limits/helloTimeout`` is the time to connect.
  public var limits = Limits()

  // MARK: Connections

  /// Connections to one address; 1 to 1,000.
  ///
  /// One carries as many calls as the server takes on a connection. Another one is opened when all
  /// are at that number; calls beyond the last one wait for each other.
  public var connectionsPerAddressMax = 1
  /// Which connection takes a call; only healthy ones are asked.
  public var balancing = Balancing.roundRobin
  /// The waits before an address is tried again to which a connection failed.
  public var backoff = BackoffPolicy.connections
  /// Time without a call after which a connection is closed, up to twice that; 10 ms and more, or
  /// `nil` for never.
  ///
  /// Less than the time after which servers close theirs.
  public var idleTimeout: Duration? = .seconds(300)
  /// Asks a silent server for a sign of life, if set.
  public var keepAlive: KeepAlive?

  // MARK: Retries

  /// When a failed call is tried again, for methods without a policy of their own; `nil` leaves it
  /// at what no handler saw.
  public var retryPolicy: RetryPolicy?
  /// Policies for single methods, by ``RPCCore/MethodDescriptor/path``.
  public var retryPolicies: [String: RetryPolicy] = [:]
  /// Methods of which a slow call is made a second time beside the first, by
  /// ``RPCCore/MethodDescriptor/path``; none by default.
  public var hedgingPolicies: [String: HedgingPolicy] = [:]
  /// What all retries and hedges of the client share.
  public var retryBudget = RetryBudgetPolicy()

  // MARK: Around calls

  /// Run around every call, the first one outermost.
  public var interceptors: [any ClientInterceptor] = []

  /// The defaults for a service at these addresses.
  public init(addresses: [Address]) { self.addresses = addresses }

  /// The policy for a method.
  func policy(for method: MethodDescriptor) -> RetryPolicy? {
    retryPolicies.isEmpty ? retryPolicy : retryPolicies[method.path] ?? retryPolicy
  }

  /// The policy for hedging a call, if it may be made twice at once.
  func hedging(for call: OutboundCall) -> HedgingPolicy? {
    guard !hedgingPolicies.isEmpty, call.isRepeatable else { return nil }
    return hedgingPolicies[call.method.path]
  }

  /// What is wrong with the configuration, or `nil`.
  var fault: String? {
    if !(1...100).contains(addresses.count) { return "\(addresses.count) addresses" }
    if Set(addresses).count < addresses.count { return "an address that occurs twice" }
    if !(1...1_000).contains(connectionsPerAddressMax) {
      return "connectionsPerAddressMax \(connectionsPerAddressMax)"
    }
    if let idleTimeout, idleTimeout < .milliseconds(10) { return "idleTimeout \(idleTimeout)" }
    if let fault = backoff.fault { return "backoff.\(fault)" }
    if let fault = keepAlive?.fault { return "keepAlive.\(fault)" }
    if let fault = retryPolicy?.fault { return "retryPolicy.\(fault)" }
    for (method, policy) in retryPolicies {
      if let fault = policy.fault { return "retryPolicies[\(method)].\(fault)" }
    }
    for (method, policy) in hedgingPolicies {
      if let fault = policy.fault { return "hedgingPolicies[\(method)].\(fault)" }
    }
    return retryBudget.fault.map { "retryBudget.\($0)" }
  }

  /// Stops the program if a value is out of its bounds: that is a mistake in the program.
  func check() {
    limits.check()
    if let fault { preconditionFailure("the client's configuration has \(fault)") }
  }
}

/// When a connection that says nothing is asked for a sign of life, and given up.
///
/// Without it, a server that vanished from the network is noticed when the system gives up
/// sending, which takes minutes; a call's deadline ends the call sooner.
public struct KeepAlive: Sendable, Hashable {
  /// Silence after which a PING is sent, while a call is open; 100 ms to 1 hour.
  ///
  /// Servers close connections that send too many.
  public var interval: Duration
  /// Silence after the PING that ends the connection; 10 ms to 1 hour.
  public var timeout: Duration

  /// Asks after `interval` and gives up after another `timeout`.
  public init(interval: Duration = .seconds(30), timeout: Duration = .seconds(10)) {
    self.interval = interval
    self.timeout = timeout
  }

  /// What is wrong with it, or `nil`.
  var fault: String? {
    let hour = Duration.seconds(3_600)
    if !(.milliseconds(100)...hour).contains(interval) { return "interval \(interval)" }
    if !(.milliseconds(10)...hour).contains(timeout) { return "timeout \(timeout)" }
    return nil
  }
}
