internal import Logging
internal import RPCServer
internal import UnixSignals

/// What SIGHUP does with TLS: the files of certificates and keys are read again.
struct ReloadSignals {
  private let signals: UnixSignalsSequence

  /// From now on the signal does not end the process.
  init() async {
    signals = await UnixSignalsSequence(trapping: .sighup)
  }

  /// Reloads whenever the signal comes, until cancelled.
  func run(_ server: Server, _ logger: Logger) async {
    for await _ in signals {
      do {
        try server.reloadCertificates()
        logger.notice("read the TLS files again; new connections get what they hold")
      } catch {
        logger.error("the TLS files stay as they were read before: \(error)")
      }
    }
  }
}
