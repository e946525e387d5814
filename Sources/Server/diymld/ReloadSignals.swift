internal import Logging
internal import RPCServer
internal import UnixSignals

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
