@testable import RPCClient
import RPCCore
import SeededRandom
import Testing

struct RetryDecisionTests {
  private static let now = RetryDecision.Verdict.retry(after: .zero)

  /// One failure of a call whose policy waits 100, 200, 400 ms.
  private func decide(
    _ decision: inout RetryDecision, _ status: Status,
    reach: AttemptFailure.Reach = .sent, isRepeatable: Bool = true, hasPolicy: Bool = true,
    budget: inout RetryBudget, remaining: Duration? = nil
  ) -> RetryDecision.Verdict {
    var random = SeededGenerator(seed: 1)
    var policy = RetryPolicy()
    policy.backoff = BackoffPolicy(
      initial: .milliseconds(100), multiplier: 2, jitter: 0, maximum: .seconds(1))
    return decision.failed(
      AttemptFailure(status: status, reach: reach), isRepeatable: isRepeatable,
      policy: hasPolicy ? policy : nil, budget: &budget, remaining: remaining, using: &random)
  }

  private func decide(
    _ status: Status, reach: AttemptFailure.Reach = .sent, isRepeatable: Bool = true,
    hasPolicy: Bool = true, remaining: Duration? = nil
  ) -> RetryDecision.Verdict {
    var decision = RetryDecision()
    var budget = RetryBudget(RetryBudgetPolicy())
    return decide(
      &decision, status, reach: reach, isRepeatable: isRepeatable, hasPolicy: hasPolicy,
      budget: &budget, remaining: remaining)
  }

  @Test(arguments: [true, false], [true, false])
  func `a call that never left is tried again as often as that happens`(
    isRepeatable: Bool, hasPolicy: Bool
  ) {
    var decision = RetryDecision()
    var budget = RetryBudget(RetryBudgetPolicy())
    for _ in 0..<20 {
      let verdict = decide(
        &decision, .unprocessed("lost"), reach: .unsent, isRepeatable: isRepeatable,
        hasPolicy: hasPolicy, budget: &budget)
      #expect(verdict == Self.now)
    }
    #expect(decision.sentAttempts == 0)
    #expect(budget.isFull)
  }

  @Test
  func `a call that was sent and not processed is tried again once, whatever it does`() {
    var decision = RetryDecision()
    var budget = RetryBudget(RetryBudgetPolicy())
    let verdicts = (0..<3).map { _ in
      decide(
        &decision, .unprocessed("draining"), isRepeatable: false, hasPolicy: false,
        budget: &budget)
    }
    #expect(verdicts == [Self.now, .giveUp, .giveUp])
    #expect(budget.isFull)
  }

  @Test
  func `after that, an unprocessed call is retried by its policy although it is not repeatable`() {
    var decision = RetryDecision()
    var budget = RetryBudget(RetryBudgetPolicy())
    let verdicts = (0..<5).map { _ in
      decide(&decision, .unprocessed("draining"), isRepeatable: false, budget: &budget)
    }
    let waits = [0, 100, 200, 400].map { RetryDecision.Verdict.retry(after: .milliseconds($0)) }
    #expect(verdicts == waits + [.giveUp])
    #expect(decision.sentAttempts == 5)
  }

  @Test
  func `a repeatable call has as many attempts as its policy says, with growing waits`() {
    var decision = RetryDecision()
    var budget = RetryBudget(RetryBudgetPolicy())
    let verdicts = (0..<4).map { _ in
      decide(&decision, Status(.unavailable, "gone"), budget: &budget)
    }
    let waits = [100, 200, 400].map { RetryDecision.Verdict.retry(after: .milliseconds($0)) }
    #expect(verdicts == waits + [.giveUp])
    #expect(budget.tokens == 6)
  }

  @Test(arguments: StatusCode.allCases)
  func `only the policy's codes are retried`(code: StatusCode) {
    let verdict = decide(Status(code, "no"))
    #expect((verdict != .giveUp) == (code == .unavailable))
  }

  @Test(arguments: [(true, true, true), (true, false, false), (false, true, false)])
  func `a call that may have been processed needs a policy and must be repeatable`(
    isRepeatable: Bool, hasPolicy: Bool, isRetried: Bool
  ) {
    let verdict = decide(
      Status(.unavailable, "gone"), isRepeatable: isRepeatable, hasPolicy: hasPolicy)
    #expect((verdict != .giveUp) == isRetried)
  }

  @Test(arguments: [
    (StatusCode.unavailable, false, true), (.resourceExhausted, false, false),
    (.resourceExhausted, true, true),
  ])
  func `the server sets the wait, and invites retries of what it refused unseen`(
    code: StatusCode, isUnprocessed: Bool, isRetried: Bool
  ) {
    let details: [StatusDetail] = [.retryAfter(.milliseconds(1_234))]
    let status = Status(
      code, "busy", details: details + (isUnprocessed ? [.unprocessed] : []))
    let verdict = decide(status)
    #expect(verdict == (isRetried ? .retry(after: .milliseconds(1_234)) : .giveUp))
  }

  @Test(arguments: [(30_000, true), (30_001, false), (0, true)])
  func `a server may not make a call wait for longer than the policy allows`(
    milliseconds: Int, isRetried: Bool
  ) {
    let wait = Duration.milliseconds(milliseconds)
    let verdict = decide(Status(.unavailable, "busy", details: [.retryAfter(wait)]))
    #expect(verdict == (isRetried ? .retry(after: wait) : .giveUp))
  }

  @Test(arguments: [
    (AttemptFailure.Reach.sent, 100, false), (.sent, 101, true), (.noConnection, 100, false),
    (.noConnection, 101, true), (.unsent, 1, true), (.unsent, 0, true), (.sent, 0, false),
  ])
  func `no attempt begins at or after the deadline, but one to learn that it has passed`(
    reach: AttemptFailure.Reach, milliseconds: Int, isRetried: Bool
  ) {
    let verdict = decide(
      Status(.unavailable, "gone"), reach: reach, remaining: .milliseconds(milliseconds))
    #expect((verdict != .giveUp) == isRetried)
  }

  @Test
  func `failures of one call use up the retries of the others`() {
    var budget = RetryBudget(RetryBudgetPolicy())
    let verdicts = (0..<6).map { _ in
      var decision = RetryDecision()
      return decide(&decision, Status(.unavailable, "gone"), budget: &budget)
    }
    #expect(verdicts.map { $0 != .giveUp } == [true, true, true, true, false, false])
  }

  @Test
  func `a failure that no policy covers costs the others nothing`() {
    var budget = RetryBudget(RetryBudgetPolicy())
    var decision = RetryDecision()
    _ = decide(&decision, Status(.notFound, "no"), budget: &budget)
    _ = decide(&decision, Status(.unavailable, "gone"), isRepeatable: false, budget: &budget)
    #expect(budget.isFull)
  }
}
