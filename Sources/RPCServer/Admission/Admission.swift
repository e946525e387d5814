import RPCCore
import Synchronization

/// Which calls of one method run, which wait, and which are refused at once.
///
/// No lock and no clock: the gate around it has both.
struct Admission<Call> {
  enum Verdict {
    case run
    case wait
    case refuse(Status)
  }

  /// What a call is told to wait when nothing is known yet, and at least and at most.
  private static var retryAfterUnknown: Duration { .milliseconds(100) }
  private static var retryAfterAllowed: ClosedRange<Duration> { .milliseconds(10)...(.seconds(10)) }
  /// The share of the latest handler's time in the estimate.
  private static var weight: Double { 0.125 }

  private let name: String
  private let handlersMax: Int
  private let waitingMax: Int
  private(set) var running = 0
  private var waiting = ShortQueue<Call>()
  /// What a handler takes, as a running mean; `nil` before the first has returned.
  private(set) var handlerTime: Duration?

  init(name: String, handlersMax: Int, waitingMax: Int) {
    self.name = name
    self.handlersMax = handlersMax
    self.waitingMax = waitingMax
  }

  var waitingCount: Int { waiting.count }

  /// Why a call that begins to arrive has no chance, or `nil`: better said before its request is
  /// taken in.
  func refusal(deadline: ContinuousClock.Instant?, at now: ContinuousClock.Instant) -> Status? {
    guard running >= handlersMax else { return nil }
    guard waiting.count < waitingMax else { return refusal() }
    guard let deadline, let wait = expectedWait, let handlerTime,
      now + wait + handlerTime > deadline
    else { return nil }
    var status = Status(
      .resourceExhausted,
      "\(name) would take \(wait + handlerTime), of that \(wait) in the queue; the deadline is in"
        + " \(now.duration(to: deadline))")
    status.details = [.retryAfter(retryAfter), .unprocessed]
    return status
  }

  /// Takes in a call that is complete.
  mutating func arrived(
    _ call: Call, deadline: ContinuousClock.Instant?, at now: ContinuousClock.Instant
  ) -> Verdict {
    if let refusal = refusal(deadline: deadline, at: now) { return .refuse(refusal) }
    if running < handlersMax {
      running += 1
      return .run
    }
    waiting.append(call)
    return .wait
  }

  /// Records that a handler has returned, after `time` if that says something about the next one;
  /// returns the call that runs in its place.
  mutating func returned(after time: Duration?) -> Call? {
    precondition(running > 0, "a handler of \(name) returned twice")
    if let time {
      handlerTime = handlerTime.map { $0 * (1 - Self.weight) + time * Self.weight } ?? time
    }
    guard let next = waiting.popFirst() else {
      running -= 1
      return nil
    }
    return next
  }

  /// Takes a call out of those that wait; `false` if it does not wait any more.
  mutating func withdraw(where isCall: (Call) -> Bool) -> Bool {
    let count = waiting.count
    waiting.removeAll(where: isCall)
    return waiting.count < count
  }

  /// The time until a call that joins now would run.
  private var expectedWait: Duration? {
    handlerTime.map { $0 * Double(waiting.count + 1) / Double(handlersMax) }
  }

  private var retryAfter: Duration {
    guard let expectedWait else { return Self.retryAfterUnknown }
    return min(
      max(expectedWait, Self.retryAfterAllowed.lowerBound), Self.retryAfterAllowed.upperBound)
  }

  private func refusal() -> Status {
    var status = Status.past(
      "calls of \(name), running and waiting", value: running + waiting.count + 1,
      limit: handlersMax + waitingMax)
    status.details += [.retryAfter(retryAfter), .unprocessed]
    return status
  }
}

/// Lets in the calls of one method, from all connections.
final class MethodGate: Sendable {
  private let state: Mutex<Admission<ServerCall>>
  /// Whether one handler's time says something about the next one's: a stream lasts as it likes.
  private let isTimed: Bool

  init(_ method: MethodDescriptor, handlersMax: Int, waitingMax: Int) {
    state = Mutex(
      Admission(name: method.path, handlersMax: handlersMax, waitingMax: waitingMax))
    isTimed = method.kind == .unary
  }

  /// Why a call that begins to arrive has no chance, or `nil`.
  func refusal(deadline: ContinuousClock.Instant?, at now: ContinuousClock.Instant) -> Status? {
    state.withLock { $0.refusal(deadline: deadline, at: now) }
  }

  /// Takes in a call that is complete.
  func arrived(_ call: ServerCall) -> Admission<ServerCall>.Verdict {
    let now = ContinuousClock.now
    return state.withLock { $0.arrived(call, deadline: call.context.deadline, at: now) }
  }

  /// Records that a handler has returned; returns the call that runs in its place.
  func returned(after time: Duration) -> ServerCall? {
    state.withLock { $0.returned(after: isTimed ? time : nil) }
  }

  /// Takes a call out of those that wait; `false` if it does not wait any more.
  func withdraw(_ call: ServerCall) -> Bool {
    state.withLock { $0.withdraw { $0 === call } }
  }
}
