internal import RPCCore
internal import Store

/// Names a submitted inference: 128 random bits, so that nobody guesses another's.
struct InferenceID: Hashable, Sendable {
  /// 32 lower-case hexadecimal digits.
  let text: String

  /// - Throws: `INVALID_ARGUMENT` unless it is 32 lower-case hexadecimal digits.
  init(_ text: String) throws(Status) {
    guard text.utf8.count == 32, text.utf8.allSatisfy(ObjectHash.isLowerHexDigit) else {
      throw invalid("id", "\(quoted(text)) is not 32 lower-case hexadecimal digits")
    }
    self.text = text
  }

  private init(bits: [UInt64]) {
    text = bits.map { bits in
      let digits = String(bits, radix: 16)
      return String(repeating: "0", count: 16 - digits.count) + digits
    }.joined()
  }

  static func random() -> InferenceID {
    var random = SystemRandomNumberGenerator()
    return InferenceID(bits: [random.next(), random.next()])
  }
}
