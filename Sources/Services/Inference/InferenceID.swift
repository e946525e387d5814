internal import RPCCore

/// Names a submitted inference: 128 random bits, so that nobody guesses another's.
struct InferenceID: Hashable, Sendable {
  /// 32 lower-case hexadecimal digits.
  let text: String

  /// - Throws: `INVALID_ARGUMENT` unless it is 32 lower-case hexadecimal digits.
  init(_ text: String) throws(Status) {
    guard text.utf8.count == 32, text.utf8.allSatisfy(Self.isDigit) else {
      throw Status(
        .invalidArgument, "the id of an inference is 32 lower-case hexadecimal digits",
        details: [.fieldViolation(field: "id", description: "32 lower-case hexadecimal digits")])
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

  private static func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
      || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
  }
}
