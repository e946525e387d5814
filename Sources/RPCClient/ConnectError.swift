import NIOPosix

/// Why no connection to an address could be made, in few words.
struct ConnectError: Error, CustomStringConvertible {
  let description: String

  init(_ error: any Error) {
    guard let attempts = error as? NIOConnectionError else {
      description = "\(error)"
      return
    }
    // A name may stand for several addresses; what the first one said is enough.
    let reason = attempts.connectionErrors.first?.error
    description =
      (reason ?? attempts.dnsAError ?? attempts.dnsAAAAError).map { "\($0)" }
      ?? "\(attempts.host) has no address"
  }
}
