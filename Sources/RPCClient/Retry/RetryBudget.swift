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
