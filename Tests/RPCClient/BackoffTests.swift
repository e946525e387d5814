@testable import RPCClient
import SeededRandom
import Testing

struct BackoffTests {
  @Test
  func `waits grow by the factor up to the maximum, and begin again after a reset`() {
    var random = SeededGenerator(seed: 1)
    var backoff = Backoff(
      BackoffPolicy(
        initial: .milliseconds(100), multiplier: 2, jitter: 0, maximum: .milliseconds(500)))
    let waits = (0..<5).map { _ in backoff.failed(using: &random) }
    #expect(waits == [100, 200, 400, 500, 500].map { .milliseconds($0) })
    #expect(backoff.failures == 5)
    backoff.reset()
    #expect(backoff.failures == 0)
    #expect(backoff.failed(using: &random) == .milliseconds(100))
  }

  @Test(arguments: 0..<50 as Range<UInt64>)
  func `chance moves a wait by its part at most, and by another one each time`(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var backoff = Backoff(BackoffPolicy(initial: .seconds(1), multiplier: 1, maximum: .seconds(1)))
    let waits = (0..<100).map { _ in backoff.failed(using: &random) }
    #expect(waits.allSatisfy { (.milliseconds(800)...(.milliseconds(1_200))).contains($0) })
    #expect(Set(waits).count > 90)
    #expect(waits.contains { $0 < .milliseconds(900) })
    #expect(waits.contains { $0 > .milliseconds(1_100) })
  }
}

struct RetryBudgetTests {
  private func budget(tokens: Int, ratio: Double) -> RetryBudget {
    var policy = RetryBudgetPolicy()
    policy.tokensMax = tokens
    policy.tokenRatio = ratio
    return RetryBudget(policy)
  }

  @Test(arguments: [(10, 4, true), (10, 5, false), (3, 1, true), (3, 2, false), (1, 0, true)])
  func `calls are retried while more than half of the tokens is left`(
    tokens: Int, failures: Int, allowed: Bool
  ) {
    var budget = budget(tokens: tokens, ratio: 0.1)
    for _ in 0..<failures { budget.failed() }
    #expect(budget.allowsRetry == allowed)
    #expect(budget.tokens == tokens - failures)
  }

  @Test
  func `successes fill the bucket by their part of a token and not over its rim`() {
    var budget = budget(tokens: 10, ratio: 0.1)
    for _ in 0..<5 { budget.failed() }
    #expect(!budget.allowsRetry)
    budget.succeeded()
    #expect(budget.allowsRetry)
    for _ in 0..<49 { budget.succeeded() }
    #expect(budget.isFull)
    budget.succeeded()
    #expect(budget.tokens == 10)
  }

  @Test
  func `failures take no more than there is`() {
    var budget = budget(tokens: 2, ratio: 1)
    for _ in 0..<100 { budget.failed() }
    #expect(budget.tokens == 0)
    budget.succeeded()
    budget.succeeded()
    #expect(budget.isFull)
  }
}
