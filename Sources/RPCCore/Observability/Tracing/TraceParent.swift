/// A W3C `traceparent`: which trace a call belongs to, and which span of it made the call.
///
/// https://www.w3.org/TR/trace-context/, version 00.
public struct TraceParent: Hashable, Sendable {
  /// Characters of the text of version 00, and of all that is read of later ones.
  private static let length = 55
  /// Characters of a text of any version, at most: what an OPEN may carry.
  static let lengthMax = 64

  private let traceHigh, traceLow: UInt64
  /// The two halves of the trace's 128 bits, not both 0.
  public var traceID: (high: UInt64, low: UInt64) { (traceHigh, traceLow) }
  /// Not 0.
  public let spanID: UInt64
  /// Whether the caller records its spans of the trace.
  public let isSampled: Bool

  /// Names a span of a trace; stops the program if an id is 0.
  public init(traceID: (high: UInt64, low: UInt64), spanID: UInt64, isSampled: Bool) {
    precondition((traceID.high | traceID.low) != 0 && spanID != 0, "an id of a trace is 0")
    (traceHigh, traceLow) = traceID
    self.spanID = spanID
    self.isSampled = isSampled
  }

  /// A span of a new trace.
  init(isSampled: Bool, using random: inout some RandomNumberGenerator) {
    self.init(
      traceID: (.random(in: 1...UInt64.max, using: &random), random.next()),
      spanID: .random(in: 1...UInt64.max, using: &random), isSampled: isSampled)
  }

  /// Another span of the same trace.
  func child(using random: inout some RandomNumberGenerator) -> TraceParent {
    TraceParent(
      traceID: traceID, spanID: .random(in: 1...UInt64.max, using: &random), isSampled: isSampled)
  }

  /// Nothing unless the text is what the standard allows: lower-case digits, no id of 0, nothing
  /// behind version 00, and what a later version adds set apart by a dash.
  public init?(_ text: String) {
    let bytes = Array(text.utf8.prefix(Self.lengthMax + 1))
    guard (Self.length...Self.lengthMax).contains(bytes.count),
      [2, 35, 52].allSatisfy({ bytes[$0] == UInt8(ascii: "-") }),
      let version = Self.number(bytes[0..<2]), version != 0xFF,
      version == 0
        ? bytes.count == Self.length
        : bytes.count == Self.length || bytes[Self.length] == UInt8(ascii: "-"),
      let high = Self.number(bytes[3..<19]), let low = Self.number(bytes[19..<35]),
      let span = Self.number(bytes[36..<52]), let flags = Self.number(bytes[53..<55]),
      high | low != 0, span != 0
    else { return nil }
    self.init(traceID: (high, low), spanID: span, isSampled: flags & 1 == 1)
  }

  private static func number(_ digits: ArraySlice<UInt8>) -> UInt64? {
    var number: UInt64 = 0
    for digit in digits {
      switch digit {
      case UInt8(ascii: "0")...UInt8(ascii: "9"):
        number = number << 4 | UInt64(digit - UInt8(ascii: "0"))
      case UInt8(ascii: "a")...UInt8(ascii: "f"):
        number = number << 4 | UInt64(digit - UInt8(ascii: "a") + 10)
      default: return nil
      }
    }
    return number
  }

  /// 32 hexadecimal digits.
  var traceText: String { hexadecimal(traceHigh) + hexadecimal(traceLow) }
  /// 16 hexadecimal digits.
  var spanText: String { hexadecimal(spanID) }
}

extension TraceParent: CustomStringConvertible {
  /// As it travels, in version 00.
  public var description: String { "00-\(traceText)-\(spanText)-\(isSampled ? "01" : "00")" }
}

private func hexadecimal(_ number: UInt64) -> String {
  let digits = String(number, radix: 16)
  return String(repeating: "0", count: 16 - digits.count) + digits
}
