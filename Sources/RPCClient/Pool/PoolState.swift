import RPCCore
import Synchronization

/// What a client knows of its addresses and connections: events in, decisions out.
///
/// No IO, no clock, no chance of its own. `Handle` is a connection; tests use numbers.
struct PoolState<Handle> {
  /// One address.
  struct Target {
    let address: Address
    var backoff: Backoff
    /// No connection is tried before this, after one that failed.
    var retryAt: ContinuousClock.Instant?
    /// Why the last connection failed or was lost.
    var lastError: Status?
    /// Calls that the server took at once on the last connection: the next one is like it.
    var slots: Int?
  }

  /// One connection.
  struct Member {
    let handle: Handle
    let counter: CallCounter
    /// The position of its address.
    let target: Int
  }

  /// What a call that wants a connection is told.
  enum Pick {
    case use(Member)
    /// Until something changes.
    case wait
    case fail(Status)
  }

  let connectionsPerAddressMax: Int
  private(set) var targets: [Target]
  /// Connections that were not greeted yet.
  private(set) var connecting: [Member] = []
  /// Connections that take calls.
  private(set) var ready: [Member] = []
  /// Connections that only finish their calls.
  private(set) var leaving: [Member] = []
  private var balancer: Balancer
  /// Whether an address has fewer connections than it may.
  private var canGrow = true

  init(
    addresses: [Address], connectionsPerAddressMax: Int, balancing: Balancing,
    backoff: BackoffPolicy
  ) {
    self.connectionsPerAddressMax = connectionsPerAddressMax
    balancer = Balancer(balancing)
    targets = addresses.map { Target(address: $0, backoff: Backoff(backoff)) }
  }

  var members: [Member] { ready + connecting + leaving }

  // MARK: What happens to connections

  mutating func add(_ handle: Handle, _ counter: CallCounter, target: Int) {
    if let slots = targets[target].slots { counter.setSlots(slots) }
    connecting.append(Member(handle: handle, counter: counter, target: target))
    updateGrowth()
  }

  mutating func becameReady(_ counter: CallCounter) {
    guard let member = Self.remove(counter, from: &connecting) else { return }
    ready.append(member)
    targets[member.target].backoff.reset()
    targets[member.target].retryAt = nil
    targets[member.target].lastError = nil
    targets[member.target].slots = counter.slots
  }

  /// The connection takes no more calls; another one may take its place.
  mutating func beganLeaving(_ counter: CallCounter) {
    guard let member = Self.remove(counter, from: &ready) ?? Self.remove(counter, from: &connecting)
    else { return }
    leaving.append(member)
    updateGrowth()
  }

  /// The connection is gone; after a failure its address is left alone for a while.
  mutating func ended(
    _ counter: CallCounter, _ status: Status, isFailure: Bool, at now: ContinuousClock.Instant,
    using random: inout some RandomNumberGenerator
  ) {
    beganLeaving(counter)
    guard let member = Self.remove(counter, from: &leaving) else { return }
    targets[member.target].lastError = status
    if isFailure {
      targets[member.target].retryAt =
        now + targets[member.target].backoff.failed(using: &random)
    }
  }

  /// Lets every address be tried at once.
  mutating func resetBackoff() {
    for index in targets.indices {
      targets[index].backoff.reset()
      targets[index].retryAt = nil
    }
  }

  // MARK: Which connection takes a call

  /// A connection for a call, if that needs neither a new one nor a clock.
  mutating func pickNow() -> Member? {
    if ready.count == 1, !ready[0].counter.isFull { return ready[0] }
    if let position = nextReady(hasRoom: { !$0.isFull }) { return ready[position] }
    guard !canGrow, connecting.isEmpty else { return nil }
    return nextReady { _ in true }.map { ready[$0] }
  }

  /// What a call is told once the connections that are due have been begun.
  mutating func pick(waitForReady: Bool) -> Pick {
    if let member = pickNow() { return .use(member) }
    if let position = nextReady(hasRoom: { _ in true }) {
      // All are full. One that grows beside them has room soon.
      let young = connecting.first { young in
        !young.counter.isFull && ready.contains { $0.target == young.target }
      }
      return .use(young ?? ready[position])
    }
    // With one address there is nothing to choose: the call goes out with the greeting.
    if targets.count == 1, let young = connecting.min(by: { $0.counter.open < $1.counter.open }) {
      return .use(young)
    }
    return connecting.isEmpty && !waitForReady ? .fail(refusal) : .wait
  }

  /// The addresses to which a connection is to be begun now: those that have none, or, when all
  /// connections are full, the one with the fewest.
  func targetsToConnect(at now: ContinuousClock.Instant) -> [Int] {
    guard canGrow else { return [] }
    let due = targets.indices.filter { (targets[$0].retryAt ?? now) <= now }
    let missing = due.filter { connectionCount($0) == 0 }
    guard missing.isEmpty, !ready.isEmpty, (ready + connecting).allSatisfy(\.counter.isFull)
    else { return missing }
    let fewest = due.filter { connectionCount($0) < connectionsPerAddressMax }
      .min { connectionCount($0) < connectionCount($1) }
    return fewest.map { [$0] } ?? []
  }

  /// When an address without a connection is to be tried again although no call asks for it: for
  /// calls that wait, or to spread calls over all addresses.
  func nextAttempt(hasWaiters: Bool) -> ContinuousClock.Instant? {
    guard hasWaiters || !ready.isEmpty else { return nil }
    return targets.indices.filter { connectionCount($0) == 0 }.compactMap { targets[$0].retryAt }
      .min()
  }

  /// What a call ends with that does not wait for a connection.
  var refusal: Status {
    let reasons = targets.map { target in
      target.lastError.map { "\(target.address): \($0.message)" } ?? "\(target.address)"
    }
    return .unprocessed("no connection to \(reasons.joined(separator: "; "))")
  }

  // MARK: Helpers

  private mutating func nextReady(hasRoom: (CallCounter) -> Bool) -> Int? {
    let ready = ready
    return balancer.next(
      of: ready.count, load: { ready[$0].counter.open }, hasRoom: { hasRoom(ready[$0].counter) })
  }

  private func connectionCount(_ target: Int) -> Int {
    ready.count { $0.target == target } + connecting.count { $0.target == target }
  }

  private mutating func updateGrowth() {
    canGrow = targets.indices.contains { connectionCount($0) < connectionsPerAddressMax }
  }

  private static func remove(_ counter: CallCounter, from members: inout [Member]) -> Member? {
    guard let index = members.firstIndex(where: { $0.counter === counter }) else { return nil }
    return members.remove(at: index)
  }
}

/// How many calls a connection has, between the tasks that begin them and its event loop: two sums,
/// each written from one side, so that counting takes no lock.
final class CallCounter: Sendable {
  /// What a server takes before its settings have arrived.
  private static let slotsInitial = 16

  private let begun = Atomic(0)
  private let settled = Atomic(0)
  private let slotCount = Atomic(slotsInitial)

  /// Calls of which the server may hold a slot, or that wait for one.
  var open: Int { max(0, begun.load(ordering: .relaxed) - settled.load(ordering: .relaxed)) }
  /// Calls since the connection was made.
  var total: Int { begun.load(ordering: .relaxed) }
  /// Calls that the server takes at once.
  var slots: Int { slotCount.load(ordering: .relaxed) }
  /// Whether one more call would wait for a slot.
  var isFull: Bool { open >= slots }

  func begin() { begun.add(1, ordering: .relaxed) }

  /// Takes back a `begin` of a call that the connection did not take.
  func undoBegin() { begun.subtract(1, ordering: .relaxed) }

  func setSettled(_ count: Int) { settled.store(count, ordering: .relaxed) }

  func setSlots(_ count: Int) { slotCount.store(count, ordering: .relaxed) }
}
