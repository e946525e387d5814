import Codec
import RPCCore

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
  var concurrency: Int { connections * streams }
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
