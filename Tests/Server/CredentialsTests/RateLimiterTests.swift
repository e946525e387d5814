import Testing

@testable import Credentials

struct RateLimiterTests {
  let start = ContinuousClock.now

  @Test func `a burst is allowed, then one call per refill`() {
    var limiter = RateLimiter(limits: .init(burst: 3, refill: .seconds(10)))
    for _ in 0..<3 { #expect(limiter.take("a", at: start) == nil) }
    #expect(limiter.take("a", at: start) == .seconds(10))
    #expect(limiter.take("a", at: start + .seconds(9)) == .seconds(1))
    #expect(limiter.take("a", at: start + .seconds(10)) == nil)
    #expect(limiter.take("a", at: start + .seconds(10)) == .seconds(10))
  }

  @Test func `a quiet key gets its whole burst back and no more`() {
    var limiter = RateLimiter(limits: .init(burst: 2, refill: .seconds(1)))
    for _ in 0..<2 { #expect(limiter.take("a", at: start) == nil) }
    let later = start + .seconds(100)
    for _ in 0..<2 { #expect(limiter.take("a", at: later) == nil) }
    #expect(limiter.take("a", at: later) == .seconds(1))
  }

  @Test func `keys do not share a bucket`() {
    var limiter = RateLimiter(limits: .init(burst: 1, refill: .seconds(1)))
    #expect(limiter.take("a", at: start) == nil)
    #expect(limiter.take("b", at: start) == nil)
    #expect(limiter.take("a", at: start) != nil)
  }

  @Test func `past the bound of keys new ones share a bucket until old ones are quiet`() {
    var limiter = RateLimiter(limits: .init(burst: 1, refill: .seconds(1), keysMax: 2))
    #expect(limiter.take("a", at: start) == nil)
    #expect(limiter.take("b", at: start) == nil)
    #expect(limiter.take("c", at: start) == nil)
    #expect(limiter.take("d", at: start) != nil)
    #expect(limiter.take("d", at: start + .seconds(2)) == nil)
  }
}
