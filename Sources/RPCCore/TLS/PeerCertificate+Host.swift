import RPCCore

extension PeerCertificate {
  /// Whether the certificate was made for a host of this name.
  ///
  /// A star stands for the whole first label of a name with three labels or more, and for nothing
  /// else; the subject's common name does not count.
  func isFor(host: String) -> Bool {
    let wanted = Self.labels(of: host)
    return alternativeNames.contains { name in
      guard case .dns(let pattern) = name else { return false }
      let labels = Self.labels(of: pattern)
      if labels == wanted { return true }
      return labels.count >= 3 && labels.first == "*" && wanted.first?.isEmpty == false
        && labels.dropFirst() == wanted.dropFirst()
    }
  }

  /// The labels in lower case; a dot at the end changes nothing.
  private static func labels(of name: String) -> [Substring] {
    var labels = name.lowercased().split(separator: ".", omittingEmptySubsequences: false)
    if labels.last?.isEmpty == true { labels.removeLast() }
    return labels
  }
}
