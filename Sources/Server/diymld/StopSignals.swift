internal import ServiceLifecycle
internal import UnixSignals

/// What SIGTERM and SIGINT do: the first stops softly, the second at once.
struct StopSignals {
  private let signals: UnixSignalsSequence
  private let lastResort: LastResort

  /// From now on the signals do not end the process by themselves.
  ///
  /// - Parameter patience: how long a soft stop may take in all, whatever still runs then.
  init(patience: Duration) async {
    lastResort = LastResort(patience: patience)
    signals = await UnixSignalsSequence(trapping: .sigterm, .sigint)
  }

  /// Runs the group until it has ended by itself or by signals.
  ///
  /// - Throws: `StoppedAtOnce` after a second signal.
  func run(_ group: ServiceGroup) async throws {
    try await withThrowingTaskGroup(of: Void.self) { tasks in
      tasks.addTask { try await group.run() }
      tasks.addTask {
        var isFirst = true
        for await _ in signals {
          guard isFirst else { throw StoppedAtOnce() }
          isFirst = false
          await group.triggerGracefulShutdown()
        }
        try await Task.sleep(for: .seconds(Int64.max))
      }
      defer { tasks.cancelAll() }
      try await tasks.next()
    }
  }
}

/// The server was told twice to stop.
struct StoppedAtOnce: Error, CustomStringConvertible {
  var description: String { "stopped at once by a second signal" }
}
