import ArgumentParser

/// Where a server listens.
package enum ServerAddress: Sendable, Hashable {
  case network(host: String, port: Int)
  case unix(path: String)

  /// Where `diymld` listens unless told otherwise.
  package static let standard = ServerAddress.network(host: "127.0.0.1", port: 7001)

  /// The longest path a Unix socket may have, in bytes.
  private static let pathBytesMax = 107

  /// Reads `HOST:PORT`, `[IPV6]:PORT` or `unix:PATH`; nil for anything else.
  package init?(_ text: String) {
    if text.hasPrefix("unix:") {
      let path = String(text.dropFirst("unix:".count))
      guard !path.isEmpty, path.utf8.count <= Self.pathBytesMax, !path.utf8.contains(0) else {
        return nil
      }
      self = .unix(path: path)
      return
    }
    guard let colon = text.lastIndex(of: ":") else { return nil }
    let digits = text[text.index(after: colon)...]
    guard digits.allSatisfy({ $0.isASCII && $0.isNumber }), let port = Int(digits),
      (1...65_535).contains(port)
    else { return nil }
    var host = text[..<colon]
    if host.hasPrefix("["), host.hasSuffix("]") {
      host = host.dropFirst().dropLast()
    } else if host.contains(":") {
      return nil  // an IPv6 address without its brackets: where would the port begin?
    }
    guard !host.isEmpty, !host.contains(where: { $0.isWhitespace || $0 == "/" }) else { return nil }
    self = .network(host: String(host), port: port)
  }
}

extension ServerAddress: CustomStringConvertible {
  package var description: String {
    switch self {
    case .network(let host, let port): host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    case .unix(let path): "unix:\(path)"
    }
  }
}

extension ServerAddress: ExpressibleByArgument {
  package init?(argument: String) {
    self.init(argument)
  }
}
