package import Store

/// The clocks that services go by; tests turn them by hand.
package struct ServiceClock: Sendable {
  /// What the wall's clock shows.
  package var now: @Sendable () -> Timestamp
  /// Goes on steadily, whatever is done to the wall's clock.
  package var instant: @Sendable () -> ContinuousClock.Instant
  package var sleep: @Sendable (Duration) async throws -> Void

  package init(
    now: @escaping @Sendable () -> Timestamp = Timestamp.now,
    instant: @escaping @Sendable () -> ContinuousClock.Instant = { ContinuousClock.now },
    sleep: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }
  ) {
    self.now = now
    self.instant = instant
    self.sleep = sleep
  }

  /// Whether the time has passed; not when the task was cancelled before.
  func slept(_ duration: Duration) async -> Bool {
    do {
      try await sleep(duration)
      return true
    } catch {
      return false
    }
  }
}
