internal import Glibc
internal import RPCCore

/// Where the server listens: `127.0.0.1:7001`, `[::1]:7001` or `unix:PATH`.
struct ListenAddress: Hashable, Sendable {
  let address: Address

  /// Reads an address; names are not looked up, but `localhost` is taken for 127.0.0.1.
  init(_ text: String) throws(ListenAddressError) {
    switch Address(text) {
    case .tcp("localhost", let port): address = .tcp(host: "127.0.0.1", port: port)
    case .tcp(let host, let port):
      guard Self.isNumeric(host) else { throw .badHost(host) }
      address = .tcp(host: host, port: port)
    case .unix(let path): address = .unix(path: path)
    case nil: throw .notAnAddress(text)
    }
  }

  /// Whether only this machine reaches it.
  var isLocal: Bool {
    switch address {
    case .unix: true
    case .tcp(let host, _):
      Self.bytes(of: host, AF_INET, count: 4)?.first == 127
        || Self.bytes(of: host, AF_INET6, count: 16) == Array(repeating: 0, count: 15) + [1]
    }
  }

  private static func isNumeric(_ host: String) -> Bool {
    bytes(of: host, AF_INET, count: 4) != nil || bytes(of: host, AF_INET6, count: 16) != nil
  }

  /// The address in network order; nothing when the text is not a numeric address of the family.
  private static func bytes(of host: String, _ family: Int32, count: Int) -> [UInt8]? {
    guard !host.utf8.contains(0) else { return nil }
    var bytes = [UInt8](repeating: 0, count: count)
    return inet_pton(family, host, &bytes) == 1 ? bytes : nil
  }
}

/// Why a text is not a valid address to listen on.
enum ListenAddressError: Error, Equatable {
  case notAnAddress(String)
  case badHost(String)
}

extension ListenAddressError: CustomStringConvertible {
  var description: String {
    switch self {
    case .notAnAddress(let text):
      "'\(text)' is not a valid address; write 127.0.0.1:7001, [::1]:7001 or unix:PATH"
    case .badHost(let host): "'\(host)' is not a numeric IP address"
    }
  }
}
