internal import JSONText

/// The numbers of JSON, exactly.
enum JSONNumber {
  /// The value of a number that is whole, however it is written: `1e5`, `10.0`; nil if it is not, or
  /// outside the type.
  static func integer<Number: FixedWidthInteger>(_ text: ArraySlice<UInt8>) -> Number? {
    guard isNumber(text), let (isNegative, magnitude) = magnitude(text) else {
      return nil
    }
    guard isNegative else { return Number(exactly: magnitude) }
    if magnitude == UInt64(Int64.max) + 1 { return Number(exactly: Int64.min) }
    return Int64(exactly: magnitude).flatMap { Number(exactly: -$0) }
  }

  private static func magnitude(_ text: ArraySlice<UInt8>) -> (isNegative: Bool, UInt64)? {
    let isNegative = text.first == UInt8(ascii: "-")
    let mantissaEnd = text.firstIndex { $0 | 0x20 == UInt8(ascii: "e") } ?? text.endIndex
    let mantissa = text[(text.startIndex + (isNegative ? 1 : 0))..<mantissaEnd]
    let pointIndex = mantissa.firstIndex(of: UInt8(ascii: ".")) ?? mantissaEnd
    var wholeDigits =
      (pointIndex - mantissa.startIndex) + exponent(text[mantissaEnd...].dropFirst())
    var magnitude: UInt64 = 0
    for byte in mantissa where byte != UInt8(ascii: ".") {
      let digit = UInt64(byte - UInt8(ascii: "0"))
      if wholeDigits > 0 {
        guard let next = magnitude.appending(digit) else { return nil }
        magnitude = next
      } else if digit != 0 {
        return nil
      }
      wholeDigits -= 1
    }
    while wholeDigits > 0, magnitude > 0 {
      guard let next = magnitude.appending(0) else { return nil }
      magnitude = next
      wholeDigits -= 1
    }
    return (isNegative, magnitude)
  }

  /// The exponent, or one far beyond every number of digits if it is larger than that.
  private static func exponent(_ text: ArraySlice<UInt8>) -> Int {
    let isNegative = text.first == UInt8(ascii: "-")
    var exponent = 0
    for byte in text where isDigit(byte) && exponent < 1 << 40 {
      exponent = exponent * 10 + Int(byte - UInt8(ascii: "0"))
    }
    return isNegative ? -exponent : exponent
  }

  /// The nearest value; nil if it lies beyond the largest.
  static func double(_ text: ArraySlice<UInt8>) -> Double? {
    guard isNumber(text), let value = Double(String(decoding: text, as: UTF8.self)),
      value.isFinite
    else { return nil }
    return value
  }

  /// The nearest value; nil if it lies beyond the largest.
  static func float(_ text: ArraySlice<UInt8>) -> Float? {
    guard isNumber(text), let value = Float(String(decoding: text, as: UTF8.self)),
      value.isFinite
    else { return nil }
    return value
  }

  /// The shortest text that reads back as the same value.
  static func text(_ value: Double) -> String {
    if value.isNaN { return "\"NaN\"" }
    if value.isInfinite { return value < 0 ? "\"-Infinity\"" : "\"Infinity\"" }
    let text = value.description
    // Many a reader takes -0 for a whole number, which has no sign at zero.
    return text.hasSuffix(".0") && text != "-0.0" ? String(text.dropLast(2)) : text
  }

  /// The shortest text that reads back as the same value.
  static func text(_ value: Float) -> String {
    // Many a reader compares as double, and finds the shortest text of the largest float too large.
    guard value.isFinite, value.magnitude < .greatestFiniteMagnitude, value != 0 else {
      return text(Double(value))
    }
    let text = value.description
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }

  private static func isNumber(_ text: ArraySlice<UInt8>) -> Bool {
    text.jsonNumberEnd(from: text.startIndex) == text.endIndex
  }

  private static func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }
}

extension UInt64 {
  /// The number with one more decimal digit; nil past 64 bits.
  fileprivate func appending(_ digit: UInt64) -> UInt64? {
    let (product, overflow) = multipliedReportingOverflow(by: 10)
    let (sum, carry) = product.addingReportingOverflow(digit)
    return overflow || carry ? nil : sum
  }
}
