package import RPCCore

/// Where a server is, and whether TLS is spoken with it: what `--server` names.
///
/// What is kept for a server is kept under this, so that a token that came over TLS never leaves in
/// plain text.
package struct ServerAddress: Hashable, Sendable {
  private static let prefix = "tls:"

  package let address: Address
  package let hasTLS: Bool

  package init(_ address: Address, hasTLS: Bool = false) {
    self.address = address
    self.hasTLS = hasTLS
  }

  /// Reads `HOST:PORT`, `tls:HOST:PORT` or `unix:PATH`; `nil` for anything else.
  package init?(_ text: String) {
    let hasTLS = text.hasPrefix(Self.prefix)
    let rest = hasTLS ? String(text.dropFirst(Self.prefix.count)) : text
    guard let address = Address(rest) else { return nil }
    if hasTLS, case .unix = address { return nil }
    self.init(address, hasTLS: hasTLS)
  }

  /// Where `diymld` listens unless told otherwise.
  package static let standard = ServerAddress(.tcp(host: "127.0.0.1", port: 7001))
}

extension ServerAddress: CustomStringConvertible {
  /// The address as `init` reads it.
  package var description: String { (hasTLS ? Self.prefix : "") + address.description }
}
