@testable import RPCClient
import RPCCore
import SeededRandom
import Testing

/// The pool's decisions, with numbers for connections and the clock turned by hand.
struct PoolStateTests {
  private let start = ContinuousClock.now

  /// A pool of addresses 0, 1, …; connections are named 0, 1, … as they are made.
  private struct World {
    var pool: PoolState<Int>
    var counters: [CallCounter] = []
    var random = SeededGenerator(seed: 7)

    init(addresses: Int, max: Int = 1) {
      pool = PoolState(
        addresses: (0..<addresses).map { .tcp(host: "h", port: $0) }, connectionsPerAddressMax: max,
        balancing: .roundRobin,
        backoff: BackoffPolicy(
          initial: .seconds(1), multiplier: 2, jitter: 0, maximum: .seconds(10)))
    }

    /// Begins what is due; returns the addresses.
    mutating func begin(at now: ContinuousClock.Instant) -> [Int] {
      let targets = pool.targetsToConnect(at: now)
      for target in targets {
        counters.append(CallCounter())
        pool.add(counters.count - 1, counters[counters.count - 1], target: target)
      }
      return targets
    }

    mutating func pick(waitForReady: Bool = false) -> String {
      switch pool.pick(waitForReady: waitForReady) {
      case .use(let member): "use \(member.handle)"
      case .wait: "wait"
      case .fail(let status): "fail \(status.message)"
      }
    }

    mutating func becameReady(_ connection: Int, slots: Int = 100) {
      counters[connection].setSlots(slots)
      pool.becameReady(counters[connection])
    }

    mutating func ended(_ connection: Int, isFailure: Bool, at now: ContinuousClock.Instant) {
      pool.ended(
        counters[connection], Status(.unavailable, "refused"), isFailure: isFailure, at: now,
        using: &random)
    }
  }

  @Test
  func `with one address a call goes out on the connection that is being made`() {
    var world = World(addresses: 1)
    #expect(world.pool.pickNow() == nil)
    #expect(world.begin(at: start) == [0])
    #expect(world.begin(at: start) == [])
    #expect(world.pick() == "use 0")
    world.becameReady(0)
    #expect(world.pool.pickNow()?.handle == 0)
  }

  @Test
  func `with several addresses a call waits for the first that answers, and all are used then`() {
    var world = World(addresses: 3)
    #expect(world.begin(at: start) == [0, 1, 2])
    #expect(world.pick() == "wait")
    world.becameReady(1)
    #expect(world.pick() == "use 1")
    world.becameReady(0)
    #expect(Set((0..<4).map { _ in world.pick() }) == ["use 0", "use 1"])
  }

  @Test
  func `a failed address is left alone for a while that grows, and calls fail or wait meanwhile`() {
    var world = World(addresses: 1)
    var now = start
    for wait in [1, 2, 4, 8, 10, 10] {
      #expect(world.begin(at: now) == [0])
      world.ended(world.counters.count - 1, isFailure: true, at: now)
      #expect(world.pick() == "fail no connection to h:0: refused")
      #expect(world.pick(waitForReady: true) == "wait")
      #expect(world.pool.nextAttempt(hasWaiters: true) == now + .seconds(wait))
      #expect(world.pool.nextAttempt(hasWaiters: false) == nil)
      #expect(world.begin(at: now + .seconds(wait) - .nanoseconds(1)) == [])
      now += .seconds(wait)
    }
    #expect(world.begin(at: now) == [0])
    world.becameReady(world.counters.count - 1)
    #expect(world.pool.targets[0].backoff.failures == 0)
    #expect(world.pool.targets[0].lastError == nil)
  }

  @Test
  func `a dead address is passed by, and tried again while the others serve`() {
    var world = World(addresses: 2)
    _ = world.begin(at: start)
    world.ended(0, isFailure: true, at: start)
    #expect(world.pick() == "wait")
    world.becameReady(1)
    #expect((0..<3).map { _ in world.pick() } == ["use 1", "use 1", "use 1"])
    #expect(world.pool.nextAttempt(hasWaiters: false) == start + .seconds(1))
    #expect(world.begin(at: start + .seconds(1)) == [0])
    world.becameReady(2)
    #expect(Set((0..<2).map { _ in world.pick() }) == ["use 1", "use 2"])
  }

  @Test
  func `a call fails when every address has failed, and is told each reason`() {
    var world = World(addresses: 2)
    _ = world.begin(at: start)
    world.ended(0, isFailure: true, at: start)
    world.ended(1, isFailure: true, at: start)
    #expect(world.pick() == "fail no connection to h:0: refused; h:1: refused")
  }

  @Test
  func `a connection that leaves is replaced at once and may finish its calls`() {
    var world = World(addresses: 1)
    _ = world.begin(at: start)
    world.becameReady(0)
    world.pool.beganLeaving(world.counters[0])
    #expect(world.pool.pickNow() == nil)
    #expect(world.begin(at: start) == [0])
    #expect(world.pick() == "use 1")
    #expect(world.pool.members.count == 2)
    world.ended(0, isFailure: false, at: start)
    #expect(world.pool.members.map(\.handle) == [1])
  }

  @Test
  func `a connection that was lost after use is made again without a wait`() {
    var world = World(addresses: 1)
    _ = world.begin(at: start)
    world.becameReady(0)
    world.ended(0, isFailure: false, at: start)
    #expect(world.begin(at: start) == [0])
  }

  @Test
  func `another connection is made when all are full, up to the maximum`() {
    var world = World(addresses: 1, max: 2)
    _ = world.begin(at: start)
    world.becameReady(0, slots: 2)
    for _ in 0..<2 {
      #expect(world.pool.pickNow()?.handle == 0)
      world.counters[0].begin()
    }
    #expect(world.pool.pickNow() == nil)
    #expect(world.begin(at: start) == [0])
    #expect(world.begin(at: start) == [], "one at a time")
    #expect(world.pick() == "use 1")
    #expect(world.counters[1].slots == 2, "it is taken to be like the first one")
    world.becameReady(1, slots: 1)
    #expect(world.pool.pickNow()?.handle == 1)
    world.counters[1].begin()
    #expect(world.begin(at: start) == [], "no more than the maximum")
    #expect(world.pool.pickNow() != nil, "calls beyond it wait for each other")
    world.counters[0].setSettled(1)
    #expect((0..<3).map { _ in world.pool.pickNow()?.handle } == [0, 0, 0])
  }

  @Test
  func `a full pool that cannot grow now takes calls all the same`() {
    var world = World(addresses: 1, max: 2)
    _ = world.begin(at: start)
    world.becameReady(0, slots: 1)
    world.counters[0].begin()
    #expect(world.begin(at: start) == [0])
    world.ended(1, isFailure: true, at: start)
    #expect(world.begin(at: start) == [])
    #expect(world.pick() == "use 0")
  }

  @Test
  func `what was asked for by hand does not wait for the back-off`() {
    var world = World(addresses: 1)
    _ = world.begin(at: start)
    world.ended(0, isFailure: true, at: start)
    #expect(world.begin(at: start) == [])
    world.pool.resetBackoff()
    #expect(world.begin(at: start) == [0])
  }
}
