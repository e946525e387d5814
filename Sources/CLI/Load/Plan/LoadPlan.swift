import Codec
import RPCCore
import SeededRandom

/// What is to be called how often; everything that a run needs to know beforehand.
struct LoadPlan: Sendable {
  /// One method with what to send, and its share of the calls.
  struct Entry: Sendable {
    let method: MethodDescriptor
    let weight: Int
    /// One message for methods that take one; for others, all messages of a call in their order.
    let requests: [Bytes]
  }

  var entries: [Entry]
  var connections = 1
  /// Calls in flight on each connection, at most.
  var streams = 1
  /// Calls that are to start each second, whatever became of those before; nil: as fast as answers
  /// come.
  var callsPerSecond: Double?
  var duration = Duration.seconds(10)
  var warmUp = Duration.seconds(1)
  /// Calls of the whole run, warm-up included.
  var callsMax = PlanLimits.callsMax
  var timeout = Duration.seconds(10)
  /// Chooses the methods of a mix; the same seed gives the same order.
  var seed: UInt64 = 1
  var metadata = Metadata()

  var total: Duration { warmUp + duration }
}

/// Every bound of a plan.
enum PlanLimits {
  /// Connections that a run opens.
  static let connectionsMax = 10_000
  /// Calls that a connection has open at once.
  static let streamsMax = 10_000
  /// Connections times streams: each holds a task.
  static let concurrencyMax = 100_000
  /// Calls begun per second, over all connections.
  static let callsPerSecondMax = 10_000_000.0
  /// Seconds that are measured.
  static let durationRange = 0.1...86_400.0
  /// Seconds before them that are not.
  static let warmUpRange = 0.0...3_600.0
  /// Seconds that one call may take.
  static let timeoutRange = 0.001...3_600.0
  /// Calls of a run that counts them.
  static let callsMax = 1_000_000_000
  /// Kinds of calls in a mix.
  static let entriesMax = 20
  /// The share of one kind in a mix.
  static let weightMax = 1_000_000
  /// Messages of one call.
  static let messagesMax = 1_000_000
  /// Bytes of the messages of one call, and of a file that tells them.
  static let requestBytesMax = 64 << 20
}

/// Chooses which of several methods a call is for, by weight.
///
/// The choice hangs on the seed and the call's number alone: it needs no state that callers would
/// share, and a run can be repeated.
struct MethodChoice: Sendable {
  private let seed: UInt64
  /// For each method, the sum of the weights up to and with it.
  private let bounds: [UInt64]

  /// Takes weights of 1 and more.
  init(weights: [Int], seed: UInt64) {
    precondition(!weights.isEmpty && weights.allSatisfy { $0 > 0 }, "weights \(weights)")
    self.seed = seed
    bounds = weights.reduce(into: []) { $0.append(($0.last ?? 0) + UInt64($1)) }
  }

  /// The index of the method for a call.
  func index(ofCall number: UInt64) -> Int {
    guard bounds.count > 1, let sum = bounds.last else { return 0 }
    var random = SeededGenerator(seed: seed, from: number &- 1)
    let drawn = random.next() % sum
    return bounds.firstIndex { drawn < $0 } ?? 0
  }
}
