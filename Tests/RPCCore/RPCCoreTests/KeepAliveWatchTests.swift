import RPCCore
import Testing

struct KeepAliveWatchTests {
  private let start = ContinuousClock.now

  @Test
  func `a silent connection is asked after the interval and given up after the timeout`() {
    var watch = KeepAliveWatch(interval: .seconds(10), timeout: .seconds(3), at: start)
    let steps: [(Int, KeepAliveWatch.Verdict, Int)] = [
      (0, .alive, 10_000), (9_999, .alive, 10_000), (10_000, .ask, 13_000),
      (12_999, .alive, 13_000),
      (13_000, .dead, 13_000),
    ]
    for (milliseconds, verdict, next) in steps {
      let look = watch.look(at: start + .milliseconds(milliseconds), hasCalls: true)
      #expect(look.verdict == verdict)
      #expect(look.next == start + .milliseconds(next))
    }
  }

  @Test
  func `whatever arrives is a sign of life, before the question and after it`() {
    var watch = KeepAliveWatch(interval: .seconds(10), timeout: .seconds(3), at: start)
    watch.received(at: start + .seconds(9))
    #expect(watch.look(at: start + .seconds(10), hasCalls: true) == (.alive, start + .seconds(19)))
    #expect(watch.look(at: start + .seconds(19), hasCalls: true) == (.ask, start + .seconds(22)))
    watch.received(at: start + .seconds(20))
    #expect(watch.look(at: start + .seconds(22), hasCalls: true) == (.alive, start + .seconds(30)))
  }

  @Test
  func `a connection without calls is not asked`() {
    var watch = KeepAliveWatch(interval: .seconds(10), timeout: .seconds(3), at: start)
    let quiet = watch.look(at: start + .seconds(1_000), hasCalls: false)
    #expect(quiet == (.alive, start + .seconds(1_010)))
    #expect(watch.look(at: quiet.next, hasCalls: true).verdict == .ask)
  }
}
