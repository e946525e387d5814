internal import Glibc

/// Where the server listens: `127.0.0.1:7001`, `[::1]:7001` or `unix:PATH`.
enum ListenAddress: Hashable, Sendable {
  /// A numeric address; port 0 lets the system choose one.
  case tcp(host: String, port: UInt16)
  case unix(path: String)

  /// Reads an address; names are not looked up, but `localhost` is taken for 127.0.0.1.
  init(_ text: String) throws(ListenAddressError) {
    if text.hasPrefix("unix:") {
      let path = String(text.dropFirst("unix:".count))
      guard !path.isEmpty, !path.utf8.contains(0) else { throw .noPath(text) }
      guard path.utf8.count <= Self.pathBytesMax else { throw .pathTooLong(path) }
      self = .unix(path: path)
      return
    }
    guard let colon = text.lastIndex(of: ":") else { throw .notAnAddress(text) }
    let host = try Self.host(text[..<colon], of: text)
    let digits = text[text.index(after: colon)...]
    guard digits.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
      let port = UInt16(digits)
    else { throw .badPort(String(digits)) }
    self = .tcp(host: host, port: port)
  }

  /// Whether only this machine reaches it.
  var isLocal: Bool {
    switch self {
    case .unix: true
    case .tcp(let host, _):
      Self.bytes(of: host, AF_INET, count: 4)?.first == 127
        || Self.bytes(of: host, AF_INET6, count: 16) == Array(repeating: 0, count: 15) + [1]
    }
  }

  /// What `sun_path` holds, less its NUL.
  static let pathBytesMax = 107

  private static func host(_ host: Substring, of text: String) throws(ListenAddressError) -> String {
    if host == "localhost" { return "127.0.0.1" }
    if host.hasPrefix("["), host.hasSuffix("]") {
      let inner = String(host.dropFirst().dropLast())
      guard bytes(of: inner, AF_INET6, count: 16) != nil else { throw .badHost(inner) }
      return inner
    }
    guard bytes(of: String(host), AF_INET, count: 4) != nil else {
      throw host.isEmpty ? .notAnAddress(text) : .badHost(String(host))
    }
    return String(host)
  }

  /// The address in network order; nothing when the text is no numeric address of the family.
  private static func bytes(of host: String, _ family: Int32, count: Int) -> [UInt8]? {
    guard !host.utf8.contains(0) else { return nil }
    var bytes = [UInt8](repeating: 0, count: count)
    return inet_pton(family, host, &bytes) == 1 ? bytes : nil
  }
}

extension ListenAddress: CustomStringConvertible {
  var description: String {
    switch self {
    case .tcp(let host, let port): host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    case .unix(let path): "unix:\(path)"
    }
  }
}

/// Why a text is no address to listen on.
enum ListenAddressError: Error, Equatable {
  case notAnAddress(String)
  case badHost(String)
  case badPort(String)
  case noPath(String)
  case pathTooLong(String)
}

extension ListenAddressError: CustomStringConvertible {
  var description: String {
    switch self {
    case .notAnAddress(let text):
      "'\(text)' is no address; write 127.0.0.1:7001, [::1]:7001 or unix:PATH"
    case .badHost(let host): "'\(host)' is no numeric IP address"
    case .badPort(let port): "'\(port)' is no port; it must be 0 to 65535"
    case .noPath(let text): "'\(text)' has no path after 'unix:'"
    case .pathTooLong(let path):
      "the path '\(path)' has \(path.utf8.count) bytes; the limit is \(ListenAddress.pathBytesMax)"
    }
  }
}
