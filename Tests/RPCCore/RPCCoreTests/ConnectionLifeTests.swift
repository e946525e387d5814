import RPCCore
import SeededRandom
import Testing

/// What a server does about a connection as time passes; the clock is turned by hand.
struct ConnectionLifeTests {
  private let start = ContinuousClock.now

  /// The life of a connection that has 10 s for hello and 600 s without a call, and what is set.
  private func life(seed: UInt64 = 1, _ set: (inout Limits) -> Void = { _ in }) -> ConnectionLife {
    var limits = Limits()
    limits.helloTimeout = .seconds(10)
    limits.idleTimeout = .seconds(600)
    limits.connectionAgeMax = nil
    limits.keepAliveInterval = nil
    set(&limits)
    var random = SeededGenerator(seed: seed)
    return ConnectionLife(limits: limits, at: start, using: &random)
  }

  /// What is seen, with times in seconds after the start.
  private func signs(
    isReady: Bool = true, calls: Int = 0, lastCall: Double = 0, heard: Double = 0
  ) -> ConnectionLife.Signs {
    ConnectionLife.Signs(
      isReady: isReady, callCount: calls, lastCall: start + .seconds(lastCall),
      lastHeard: start + .seconds(heard))
  }

  private func closing(_ look: ConnectionLife.Look) -> ConnectionFault? {
    if case .close(let fault) = look.actions.last { fault } else { nil }
  }

  @Test
  func `a client that does not say hello is sent away at the limit and not before`() {
    var life = life()
    #expect(life.firstLook == start + .seconds(10))
    let early = life.look(at: start + .milliseconds(9_999), signs(isReady: false))
    #expect(early == ConnectionLife.Look([], next: start + .seconds(10)))
    let late = life.look(at: start + .seconds(10), signs(isReady: false))
    #expect(closing(late)?.reason == .timeout)
  }

  @Test
  func `a time shorter than that for hello holds from the beginning`() {
    var life = life { $0.keepAliveInterval = .seconds(3) }
    #expect(life.firstLook == start + .seconds(3))
    let early = life.look(at: start + .seconds(3), signs(isReady: false))
    #expect(early == ConnectionLife.Look([], next: start + .seconds(6)))
    let asked = life.look(at: start + .seconds(6), signs(heard: 1))
    #expect(asked.actions == [.ask])
    let late = life.look(at: start + .seconds(9), signs(isReady: false))
    #expect(late == ConnectionLife.Look([], next: start + .seconds(10)))
  }

  @Test
  func `a connection without a call is let go at the limit, and closed if its client stays`() {
    var life = life()
    let early = life.look(at: start + .milliseconds(609_999), signs(lastCall: 10))
    #expect(early == ConnectionLife.Look([], next: start + .seconds(610)))
    let idle = life.look(at: start + .seconds(610), signs(lastCall: 10))
    #expect(idle.actions == [.drain("no call for 600.0 seconds")])
    #expect(idle.next == start + .seconds(620))
    #expect(life.look(at: start + .milliseconds(619_999), signs(lastCall: 10)).actions == [])
    let stays = life.look(at: start + .seconds(620), signs(lastCall: 10))
    #expect(closing(stays)?.reason == .timeout)
  }

  @Test
  func `a connection with an open call is not idle, and is not looked at all the time`() {
    var life = life()
    let look = life.look(at: start + .seconds(5_000), signs(calls: 1))
    #expect(look == ConnectionLife.Look([], next: start + .seconds(5_600)))
  }

  @Test
  func `an old connection is let go at an age that differs by a tenth at most`() throws {
    var ages: Set<ContinuousClock.Instant> = []
    for seed in 0..<200 as Range<UInt64> {
      var life = life(seed: seed) { $0.connectionAgeMax = .seconds(1_000) }
      let old = life.look(at: start + .seconds(890), signs(calls: 1)).next
      #expect((start + .seconds(900)...start + .seconds(1_100)).contains(old))
      ages.insert(old)
      let early = life.look(at: old - .milliseconds(1), signs(calls: 1))
      #expect(early.actions == [])
      let look = life.look(at: old, signs(calls: 1))
      guard case .drain(let reason) = look.actions.first else {
        Issue.record("\(look)")
        return
      }
      #expect(reason.contains("1000.0 seconds"))
    }
    #expect(ages.count > 150, "connections that came together leave one after the other")
    let first = try #require(ages.min())
    let last = try #require(ages.max())
    #expect(last - first > .seconds(150))
  }

  @Test(arguments: [Duration.seconds(30), nil] as [Duration?])
  func `the calls of an old connection have the grace, or as long as they take`(
    grace: Duration?
  ) {
    var life = life {
      $0.connectionAgeMax = .seconds(100)
      $0.connectionAgeGrace = grace
    }
    let told = start + .seconds(110)
    #expect(life.look(at: told, signs(calls: 1)).actions.count == 1)
    // Its client had the time for hello to answer: then the last call is named without an answer.
    #expect(life.look(at: told + .milliseconds(9_999), signs(calls: 1)).actions == [])
    let named = life.look(at: told + .seconds(10), signs(calls: 1))
    #expect(named.actions == [.nameLast])
    #expect(closing(life.look(at: told + .milliseconds(29_999), signs(calls: 1))) == nil)
    let end = life.look(at: told + .seconds(30), signs(calls: 1))
    #expect((closing(end)?.reason == .timeout) == (grace != nil), "\(end)")
    if grace == nil {
      let later = life.look(at: told + .seconds(100_000), signs(calls: 1))
      #expect(closing(later) == nil)
    }
  }

  @Test
  func `a grace shorter than the time to answer holds as it is`() {
    var life = life {
      $0.connectionAgeMax = .seconds(100)
      $0.connectionAgeGrace = .seconds(1)
    }
    let told = start + .seconds(110)
    #expect(life.look(at: told, signs(calls: 1)).next == told + .seconds(1))
    #expect(closing(life.look(at: told + .seconds(1), signs(calls: 1)))?.reason == .timeout)
  }

  @Test
  func `a silent client is asked at the interval and given up at the timeout`() {
    var life = life {
      $0.keepAliveInterval = .seconds(60)
      $0.keepAliveTimeout = .seconds(20)
    }
    let early = life.look(at: start + .milliseconds(64_999), signs(calls: 1, heard: 5))
    #expect(early == ConnectionLife.Look([], next: start + .seconds(65)))
    let asked = life.look(at: start + .seconds(65), signs(calls: 1, heard: 5))
    #expect(asked == ConnectionLife.Look([.ask], next: start + .seconds(85)))
    let waiting = life.look(at: start + .milliseconds(84_999), signs(calls: 1, heard: 5))
    #expect(waiting.actions == [])
    let dead = life.look(at: start + .seconds(85), signs(calls: 1, heard: 5))
    #expect(closing(dead)?.reason == .timeout)
  }

  @Test
  func `any byte after the question is an answer, one before it is none`() {
    var life = life {
      $0.keepAliveInterval = .seconds(60)
      $0.keepAliveTimeout = .seconds(20)
    }
    #expect(life.look(at: start + .seconds(60), signs(calls: 1)).actions == [.ask])
    let answered = life.look(at: start + .seconds(80), signs(calls: 1, heard: 61))
    #expect(answered == ConnectionLife.Look([], next: start + .seconds(121)))
    #expect(life.look(at: start + .seconds(121), signs(calls: 1, heard: 61)).actions == [.ask])
    #expect(closing(life.look(at: start + .seconds(141), signs(calls: 1, heard: 61))) != nil)
  }

  @Test
  func `a question and a farewell that fall together are both sent`() {
    var life = life { $0.keepAliveInterval = .seconds(600) }
    let look = life.look(at: start + .seconds(600), signs())
    #expect(look.actions.count == 2)
    #expect(look.actions.first == .ask)
  }

  @Test
  func `a look is never due at once again`() {
    var life = life {
      $0.connectionAgeMax = .milliseconds(1)
      $0.keepAliveInterval = .milliseconds(1)
      $0.idleTimeout = .milliseconds(1)
    }
    for second in 1..<5 {
      let now = start + .seconds(second)
      #expect(life.look(at: now, signs(calls: 1, heard: Double(second))).next > now)
    }
  }
}
