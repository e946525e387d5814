/// Something took longer than a test allows.
package struct Overdue: Error, CustomStringConvertible {
  package let what: String
  package let limit: Duration

  package var description: String { "\(what) took longer than \(limit)" }
}

/// Runs `body`, and cancels it and throws `Overdue` when it has not returned in time.
package func within<R: Sendable>(
  _ limit: Duration, _ what: String, _ body: @escaping @Sendable () async throws -> R
) async throws -> R {
  try await withThrowingTaskGroup(of: R.self) { group in
    group.addTask { try await body() }
    group.addTask {
      try await Task.sleep(for: limit)
      throw Overdue(what: what, limit: limit)
    }
    defer { group.cancelAll() }
    guard let first = try await group.next() else { preconditionFailure("a group without tasks") }
    return first
  }
}

/// Looks again and again, with short pauses, until a condition of another process holds: there is
/// nothing to be told by.
package func eventually(
  within limit: Duration, _ what: String, _ holds: () async throws -> Bool
) async throws {
  let start = ContinuousClock.now
  while try await !holds() {
    guard ContinuousClock.now - start < limit else { throw Overdue(what: what, limit: limit) }
    try await Task.sleep(for: .milliseconds(5))
  }
}
