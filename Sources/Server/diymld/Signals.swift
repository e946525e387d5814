internal import Logging
internal import RPCServer
internal import UnixSignals
internal import Waiting

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

  /// Runs the services until they have ended by themselves or by signals.
  ///
  /// - Throws: `StoppedAtOnce` after a second signal.
  func run(_ services: [DrainableService]) async throws {
    let stop = OneShotSignal()
    try await withThrowingTaskGroup(of: Void.self) { tasks in
      tasks.addTask { try await DrainableService.run(services, until: stop) }
      tasks.addTask {
        var isFirst = true
        for await _ in signals {
          guard isFirst else { throw StoppedAtOnce() }
          isFirst = false
          stop.open()
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

/// What SIGHUP does: with TLS the files of certificates and keys are read again, without it nothing.
struct ReloadSignals {
  private let signals: UnixSignalsSequence

  init() async {
    signals = await UnixSignalsSequence(trapping: .sighup)
  }

  /// Reloads whenever the signal comes, until cancelled.
  func run(_ server: Server, hasTLS: Bool, _ logger: Logger) async {
    for await _ in signals {
      guard hasTLS else {
        logger.notice(
          "SIGHUP is ignored: this server speaks no TLS, so it has no files to read again")
        continue
      }
      do {
        try server.reloadCertificates()
        logger.notice("read the TLS files again; new connections get what they hold")
      } catch {
        logger.error("the TLS files stay as they were read before: \(error)")
      }
    }
  }
}
