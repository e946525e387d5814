@testable import RPCClient
import RPCCore
import Testing

struct ConfigurationTests {
  typealias Change = @Sendable (inout ClientConfiguration) -> Void

  private static func address(_ number: Int) -> Address { .tcp(host: "h", port: number) }

  @Test
  func `the defaults are within their bounds`() {
    var configuration = ClientConfiguration(addresses: [Self.address(1)])
    configuration.keepAlive = KeepAlive()
    configuration.retryPolicy = RetryPolicy()
    #expect(configuration.fault == nil)
  }

  /// A name, a change that is allowed just so, and one that is just not.
  private static let bounds: [(String, Change, Change)] = [
    ("addresses", { $0.addresses = [address(1)] }, { $0.addresses = [] }),
    (
      "addresses", { $0.addresses = (1...100).map(address) },
      { $0.addresses = (1...101).map(address) }
    ),
    ("address", { $0.addresses = [1, 2].map(address) }, { $0.addresses = [1, 1].map(address) }),
    (
      "connectionsPerAddressMax", { $0.connectionsPerAddressMax = 1 },
      { $0.connectionsPerAddressMax = 0 }
    ),
    (
      "connectionsPerAddressMax", { $0.connectionsPerAddressMax = 1_000 },
      { $0.connectionsPerAddressMax = 1_001 }
    ),
    (
      "idleTimeout", { $0.idleTimeout = .milliseconds(10) }, { $0.idleTimeout = .milliseconds(9) }
    ),
    (
      "backoff.initial", { $0.backoff.initial = .milliseconds(1) },
      { $0.backoff.initial = .microseconds(999) }
    ),
    (
      "backoff.multiplier", { $0.backoff.multiplier = 1 }, { $0.backoff.multiplier = 0.99 }
    ),
    ("backoff.multiplier", { $0.backoff.multiplier = 10 }, { $0.backoff.multiplier = 10.1 }),
    ("backoff.jitter", { $0.backoff.jitter = 0 }, { $0.backoff.jitter = -0.1 }),
    ("backoff.jitter", { $0.backoff.jitter = 0.5 }, { $0.backoff.jitter = .nan }),
    (
      "backoff.maximum", { $0.backoff.maximum = $0.backoff.initial },
      { $0.backoff.maximum = $0.backoff.initial - .milliseconds(1) }
    ),
    (
      "backoff.maximum", { $0.backoff.maximum = .seconds(3_600) },
      { $0.backoff.maximum = .seconds(3_601) }
    ),
    (
      "keepAlive.interval", { $0.keepAlive = KeepAlive(interval: .milliseconds(100)) },
      { $0.keepAlive = KeepAlive(interval: .milliseconds(99)) }
    ),
    (
      "keepAlive.timeout", { $0.keepAlive = KeepAlive(timeout: .milliseconds(10)) },
      { $0.keepAlive = KeepAlive(timeout: .milliseconds(9)) }
    ),
    (
      "retryPolicy.attemptsMax", { $0.retryPolicy = policy { $0.attemptsMax = 2 } },
      { $0.retryPolicy = policy { $0.attemptsMax = 1 } }
    ),
    (
      "retryPolicies[a.B/C].attemptsMax",
      { $0.retryPolicies["a.B/C"] = policy { $0.attemptsMax = 5 } },
      { $0.retryPolicies["a.B/C"] = policy { $0.attemptsMax = 6 } }
    ),
    (
      "retryPolicy.codes", { $0.retryPolicy = policy { $0.codes = [.aborted] } },
      { $0.retryPolicy = policy { $0.codes = [] } }
    ),
    (
      "retryPolicy.codes", { $0.retryPolicy = policy { $0.codes = [.aborted] } },
      { $0.retryPolicy = policy { $0.codes = [.aborted, .ok] } }
    ),
    (
      "retryPolicy.retryAfterMax", { $0.retryPolicy = policy { $0.retryAfterMax = .zero } },
      { $0.retryPolicy = policy { $0.retryAfterMax = .milliseconds(-1) } }
    ),
    (
      "retryPolicy.retryAfterMax",
      { $0.retryPolicy = policy { $0.retryAfterMax = .seconds(3_600) } },
      { $0.retryPolicy = policy { $0.retryAfterMax = .seconds(3_601) } }
    ),
    (
      "hedgingPolicies[a.B/C].attemptsMax",
      { $0.hedgingPolicies["a.B/C"] = hedging { $0.attemptsMax = 2 } },
      { $0.hedgingPolicies["a.B/C"] = hedging { $0.attemptsMax = 1 } }
    ),
    (
      "attemptsMax", { $0.hedgingPolicies["a.B/C"] = hedging { $0.attemptsMax = 5 } },
      { $0.hedgingPolicies["a.B/C"] = hedging { $0.attemptsMax = 6 } }
    ),
    (
      "delay", { $0.hedgingPolicies["a.B/C"] = hedging { $0.delay = .zero } },
      { $0.hedgingPolicies["a.B/C"] = hedging { $0.delay = .milliseconds(-1) } }
    ),
    (
      "delay", { $0.hedgingPolicies["a.B/C"] = hedging { $0.delay = .seconds(3_600) } },
      { $0.hedgingPolicies["a.B/C"] = hedging { $0.delay = .seconds(3_601) } }
    ),
    (
      "passingCodes", { $0.hedgingPolicies["a.B/C"] = hedging { $0.passingCodes = [] } },
      { $0.hedgingPolicies["a.B/C"] = hedging { $0.passingCodes = [.ok] } }
    ),
    (
      "retryAfterMax", { $0.hedgingPolicies["a.B/C"] = hedging { $0.retryAfterMax = .zero } },
      { $0.hedgingPolicies["a.B/C"] = hedging { $0.retryAfterMax = .milliseconds(-1) } }
    ),
    (
      "retryBudget.tokensMax", { $0.retryBudget.tokensMax = 1 }, { $0.retryBudget.tokensMax = 0 }
    ),
    (
      "retryBudget.tokensMax", { $0.retryBudget.tokensMax = 1_000 },
      { $0.retryBudget.tokensMax = 1_001 }
    ),
    (
      "retryBudget.tokenRatio", { $0.retryBudget.tokenRatio = 0.001 },
      { $0.retryBudget.tokenRatio = 0.000_9 }
    ),
  ]

  private static func policy(_ change: (inout RetryPolicy) -> Void) -> RetryPolicy {
    var policy = RetryPolicy()
    change(&policy)
    return policy
  }

  private static func hedging(_ change: (inout HedgingPolicy) -> Void) -> HedgingPolicy {
    var policy = HedgingPolicy(delay: .milliseconds(1))
    change(&policy)
    return policy
  }

  @Test(arguments: bounds.indices)
  func `each bound holds at it and not one past it, and the fault names the value`(index: Int) {
    let (name, allowed, refused) = Self.bounds[index]
    var configuration = ClientConfiguration(addresses: [Self.address(1)])
    allowed(&configuration)
    #expect(configuration.fault == nil)
    refused(&configuration)
    #expect(configuration.fault?.contains(name) == true, "\(configuration.fault ?? "no fault")")
  }

  @Test
  func `a method has its own policy, or else the default one`() {
    let method = MethodDescriptor(service: "a.B", name: "C", kind: .unary)
    let other = MethodDescriptor(service: "a.B", name: "D", kind: .unary)
    var configuration = ClientConfiguration(addresses: [Self.address(1)])
    #expect(configuration.policy(for: method) == nil)
    configuration.retryPolicies[method.path] = Self.policy { $0.attemptsMax = 2 }
    #expect(configuration.policy(for: method)?.attemptsMax == 2)
    #expect(configuration.policy(for: other) == nil)
    configuration.retryPolicy = Self.policy { $0.attemptsMax = 3 }
    #expect(configuration.policy(for: method)?.attemptsMax == 2)
    #expect(configuration.policy(for: other)?.attemptsMax == 3)
  }
}
