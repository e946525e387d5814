/// How long to wait before trying again: longer after each failure, and never all clients at once.
///
/// The waits grow as in gRPC's connection backoff protocol (doc/connection-backoff.md): by a factor,
/// up to a maximum, each made shorter or longer by chance.
public struct BackoffPolicy: Sendable, Hashable {
  /// The first wait; 1 ms to 1 hour.
  public var initial: Duration
  /// What each wait is longer than the one before; 1 to 10.
  public var multiplier: Double
  /// The part of a wait that chance takes away or adds; 0 to 0.5.
  public var jitter: Double
  /// The longest wait, before chance; ``initial`` to 1 hour.
  public var maximum: Duration

  /// Makes a policy; what is not given is as in gRPC.
  public init(
    initial: Duration, multiplier: Double = 1.6, jitter: Double = 0.2, maximum: Duration
  ) {
    self.initial = initial
    self.multiplier = multiplier
    self.jitter = jitter
    self.maximum = maximum
  }

  /// For connections: 100 ms to 10 s.
  ///
  /// gRPC waits 1 s to 120 s, for services with thousands of clients on other machines. A service of
  /// one machine or one house is back within a second or two, and its few clients do not crowd it.
  public static let connections = BackoffPolicy(initial: .milliseconds(100), maximum: .seconds(10))

  /// For calls: 50 ms to 1 s, doubling.
  public static let calls = BackoffPolicy(
    initial: .milliseconds(50), multiplier: 2, maximum: .seconds(1))

  /// What is wrong with the policy, or `nil`.
  var fault: String? {
    let durations = Duration.milliseconds(1)...Duration.seconds(3_600)
    if !durations.contains(initial) { return "initial \(initial)" }
    if !(1...10).contains(multiplier) { return "multiplier \(multiplier)" }
    if !(0...0.5).contains(jitter) { return "jitter \(jitter)" }
    if maximum < initial || maximum > durations.upperBound { return "maximum \(maximum)" }
    return nil
  }
}

/// The waits after failures in a row.
struct Backoff: Hashable, Sendable {
  let policy: BackoffPolicy
  /// The next wait, before chance.
  private var next: Duration
  /// Failures since the beginning or the last `reset`.
  private(set) var failures = 0

  init(_ policy: BackoffPolicy) {
    self.policy = policy
    next = policy.initial
  }

  /// Records a failure; how long to wait after it.
  mutating func failed(using random: inout some RandomNumberGenerator) -> Duration {
    failures += 1
    let wait = next * Double.random(in: (1 - policy.jitter)...(1 + policy.jitter), using: &random)
    next = min(next * policy.multiplier, policy.maximum)
    return wait
  }

  /// Begins again with the shortest wait.
  mutating func reset() { self = Backoff(policy) }
}
