/// A W3C `tracestate`: what tracing systems on the way add for themselves; it is passed on as it is.
enum TraceState {
  /// Of a whole `tracestate`.
  static let charactersMax = 512
  /// Of its list.
  static let membersMax = 32
  /// Of a member's key, and of its value.
  private static let partCharactersMax = 256

  /// The text, or nothing if the standard does not allow it; then it is left out, not the call.
  static func checked(_ text: String) -> String? {
    guard (1...charactersMax).contains(text.utf8.count) else { return nil }
    let members = text.split(separator: ",", omittingEmptySubsequences: false)
    guard members.count <= membersMax else { return nil }
    var keys: Set<Substring> = []
    for member in members {
      let member = member.trimmed
      if member.isEmpty { continue }
      let parts = member.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2, isKey(parts[0]), isValue(parts[1]), keys.insert(parts[0]).inserted
      else { return nil }
    }
    return keys.isEmpty ? nil : text
  }

  private static func isKey(_ text: Substring) -> Bool {
    let bytes = text.utf8
    guard (1...partCharactersMax).contains(bytes.count), let first = bytes.first else {
      return false
    }
    return isLetterOrDigit(first)
      && bytes.allSatisfy { isLetterOrDigit($0) || "_-*/@".utf8.contains($0) }
  }

  private static func isValue(_ text: Substring) -> Bool {
    let bytes = text.utf8
    return (1...partCharactersMax).contains(bytes.count)
      && bytes.allSatisfy { (0x20...0x7E).contains($0) && $0 != UInt8(ascii: "=") }
  }

  private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
      || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }
}

extension Substring {
  /// Without spaces and tabs around it.
  fileprivate var trimmed: Substring {
    var rest = self[...]
    while let first = rest.first, first == " " || first == "\t" { rest.removeFirst() }
    while let last = rest.last, last == " " || last == "\t" { rest.removeLast() }
    return rest
  }
}
