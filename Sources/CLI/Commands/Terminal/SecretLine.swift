/// The keys pressed for one secret line, from a terminal that neither echoes nor edits.
struct SecretLine: Sendable {
  enum Action: Equatable {
    case more
    case done(String)
    case interrupted
    case tooLong
    case notText
  }

  /// More than any password may have.
  static let bytesMax = 1024

  private var bytes: [UInt8] = []

  init() {}

  mutating func received(_ key: UInt8) -> Action {
    switch key {
    case 0x0A, 0x0D, 0x04:  // return; Ctrl-D
      guard let text = String(validating: bytes, as: UTF8.self) else { return .notText }
      return .done(text)
    case 0x03, 0x1C:  // Ctrl-C, Ctrl-\
      return .interrupted
    case 0x08, 0x7F:
      removeCharacter()
    case 0x15:  // Ctrl-U
      bytes.removeAll()
    default:
      guard bytes.count < Self.bytesMax else { return .tooLong }
      bytes.append(key)
    }
    return .more
  }

  private mutating func removeCharacter() {
    while let last = bytes.popLast(), last & 0xC0 == 0x80 {}
  }
}
