package import RPCCore

extension Address {
  /// Where `diymld` listens unless told otherwise.
  package static let standard = Address.tcp(host: "127.0.0.1", port: 7001)
}
