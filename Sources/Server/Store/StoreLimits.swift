/// The bounds on how much the store keeps for whom.
package struct StoreLimits: Sendable, Equatable {
  /// Rows in one page of any list.
  package var pageRowsMax: Int32 = 1_000
  /// Classes or boxes in one page, beyond which it ends early, but never before its first row.
  package var pagePartsMax = 20_000
  /// Rows that are looked at for one page of a list that no index orders and narrows at once.
  package var pageExaminedMax = 2_000
  /// Rows that one of the short transactions changes into which a long change is cut.
  package var batchRowsMax = 500
  /// Tokens of one account that somebody made to keep, neither expired nor revoked.
  package var accountTokensMax: UInt64 = 1_000
  /// Tokens of one account that logins made, neither expired nor revoked; the oldest goes first.
  package var accountLoginTokensMax: UInt64 = 1_000
  /// Expired tokens, and expired answers to inferences, that are left of one account; the one that
  /// expired first goes first.
  package var accountExpiredRowsMax: UInt64 = 2_000
  /// How long what has expired is left: nobody gets it, and a clock that was wrong takes nothing
  /// with it.
  package var expiredRowsLifetime = Duration.seconds(7 * 86_400)
  /// Projects of one account.
  package var accountProjectsMax: UInt64 = 1_000
  /// Images of one project.
  package var projectImagesMax: UInt64 = 1_000_000
  /// What `projectImagesMax` may be set to.
  package static let projectImagesRange: ClosedRange<UInt64> = 1...10_000_000
  /// All boxes of a project's images; they are in memory together when it is analysed.
  package var projectBoxesMax: UInt64 = 1_000_000
  /// Classes of one project.
  package var projectClassesMax: UInt64 = 1_000
  /// Progress events kept of one training; older ones go.
  ///
  /// Changes of state always stay.
  package var trainingProgressEventsMax: UInt64 = 500
  /// Notes kept of one training; older ones go.
  package var trainingNotesMax: UInt64 = 200
  /// Submitted inferences of one account that wait for their answer.
  package var accountPendingInferencesMax: UInt64 = 1_000

  /// Answers kept of one account for calls with idempotency keys; the oldest goes first.
  package var accountAnswersMax: UInt64 = 1_000

  package init() {}
}
