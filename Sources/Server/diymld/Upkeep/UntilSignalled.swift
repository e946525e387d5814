internal import UnixSignals

/// A signal has ended the work.
struct Interrupted: Error, CustomStringConvertible {
  var description: String { "interrupted; the next run goes on from here" }
}

/// Runs work that SIGINT and SIGTERM cancel; returns when it has ended.
///
/// - Throws: `Interrupted` after a signal.
func untilSignalled<Result: Sendable>(
  _ work: @escaping @Sendable () async throws -> Result
) async throws -> Result {
  let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm)
  return try await withThrowingTaskGroup(of: Result?.self) { group in
    group.addTask { try await work() }
    group.addTask {
      for await _ in signals { throw Interrupted() }
      return nil
    }
    defer { group.cancelAll() }
    while let ended = try await group.next() {
      if let result = ended { return result }
    }
    throw Interrupted()
  }
}
