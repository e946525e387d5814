import RPCCore
import Synchronization

/// The tokens that retries of one client share.
struct RetryBudget: Hashable, Sendable {
  private let thousandthsMax: Int
  private let thousandthsForSuccess: Int
  /// Thousandths of tokens that are left.
  private var thousandths: Int

  init(_ policy: RetryBudgetPolicy) {
    thousandthsMax = policy.tokensMax * 1_000
    thousandthsForSuccess = Int((policy.tokenRatio * 1_000).rounded())
    thousandths = thousandthsMax
  }

  /// Whole tokens that are left.
  var tokens: Int { thousandths / 1_000 }
  /// Whether a success would change nothing.
  var isFull: Bool { thousandths == thousandthsMax }
  /// Whether a call may be retried now.
  var allowsRetry: Bool { thousandths * 2 > thousandthsMax }

  mutating func succeeded() {
    thousandths = min(thousandthsMax, thousandths + thousandthsForSuccess)
  }

  mutating func failed() { thousandths = max(0, thousandths - 1_000) }
}

/// What all calls of a client share about retries.
final class RetryLedger: Sendable {
  private let budget: Mutex<RetryBudget>
  /// Whether a success puts something back, so that calls take no lock while all is well.
  private let hasDebt = Atomic(false)
  private let retryCount = Atomic(0)

  init(_ policy: RetryBudgetPolicy) { budget = Mutex(RetryBudget(policy)) }

  /// Attempts after the first, of all calls.
  var count: Int { retryCount.load(ordering: .relaxed) }

  /// Whole tokens that are left for retries.
  var tokens: Int { budget.withLock(\.tokens) }

  func succeeded() {
    guard hasDebt.load(ordering: .relaxed) else { return }
    budget.withLock { budget in
      budget.succeeded()
      hasDebt.store(!budget.isFull, ordering: .relaxed)
    }
  }

  /// Judges a failed attempt; see `RetryDecision`.
  func decide(
    _ failure: AttemptFailure, of call: OutboundCall, _ decision: inout RetryDecision,
    policy: RetryPolicy?
  ) -> RetryDecision.Verdict {
    let verdict = budget.withLock { budget in
      var random = SystemRandom()
      defer { hasDebt.store(!budget.isFull, ordering: .relaxed) }
      return decision.failed(
        failure, isRepeatable: call.isRepeatable, policy: policy, budget: &budget,
        remaining: call.remaining, using: &random)
    }
    if verdict != .giveUp { countRetry() }
    return verdict
  }

  /// Counts an attempt after the first.
  func countRetry() { retryCount.add(1, ordering: .relaxed) }

  /// Whether another attempt may begin now.
  var allowsRetry: Bool { budget.withLock(\.allowsRetry) }

  /// Records a hedged attempt that failed; whether another may begin.
  func failedHedge() -> Bool {
    budget.withLock { budget in
      budget.failed()
      hasDebt.store(true, ordering: .relaxed)
      return budget.allowsRetry
    }
  }
}
