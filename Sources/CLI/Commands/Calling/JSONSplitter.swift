/// Cuts a text into the JSON objects that stand one after the other in it, wherever it is cut itself.
///
/// It looks at brackets and strings only; whether an object is sound JSON, who reads it will say.
struct JSONSplitter {
  /// Bytes of one object, at most.
  static let objectBytesMax = 64 << 20

  private var object: [UInt8] = []
  private var depth = 0
  private var isString = false
  private var isEscaped = false

  /// Takes more of the text; returns the objects that became whole.
  ///
  /// - Throws: `CommandFailure.usage` where something other than an object stands.
  mutating func append(_ text: some Sequence<UInt8>) throws -> [[UInt8]] {
    var objects: [[UInt8]] = []
    for byte in text {
      guard depth > 0 || byte == UInt8(ascii: "{") else {
        if Self.isSpace(byte) { continue }
        throw CommandFailure.usage(
          "a request is a JSON object: '{' is wanted, not '\(Character(Unicode.Scalar(byte)))'")
      }
      guard object.count < Self.objectBytesMax else {
        throw CommandFailure.usage("a request has over \(Self.objectBytesMax) bytes")
      }
      object.append(byte)
      take(byte)
      if depth == 0 {
        objects.append(object)
        object = []
      }
    }
    return objects
  }

  /// Judges the end of the text.
  ///
  /// - Throws: `CommandFailure.usage` if it ends within an object.
  func finish() throws {
    guard object.isEmpty else { throw CommandFailure.usage("a request ends before its last '}'") }
  }

  private mutating func take(_ byte: UInt8) {
    if isString {
      if isEscaped {
        isEscaped = false
      } else if byte == UInt8(ascii: "\\") {
        isEscaped = true
      } else if byte == UInt8(ascii: "\"") {
        isString = false
      }
      return
    }
    switch byte {
    case UInt8(ascii: "\""): isString = true
    case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
    case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
    default: break
    }
  }

  private static func isSpace(_ byte: UInt8) -> Bool {
    byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09
  }
}
