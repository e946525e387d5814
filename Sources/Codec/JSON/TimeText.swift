/// A moment or a span as its message holds it.
struct SecondsAndNanos: Hashable {
  var seconds: Int64
  var nanos: Int32
}

/// The text of `google.protobuf.Timestamp`: RFC 3339 with capital letters, years 0001 to 9999.
enum TimestampText {
  static let range: ClosedRange<Int64> = -62_135_596_800...253_402_300_799

  /// Reads `1970-01-01T00:00:00.5Z`, or with an offset such as `+01:00` in place of the `Z`.
  static func parse(_ text: String) -> SecondsAndNanos? {
    var scanner = TextScanner(text)
    guard let year = scanner.number(4), scanner.take("-"), let month = scanner.number(2),
      scanner.take("-"), let day = scanner.number(2), scanner.take("T"),
      let hour = scanner.number(2), scanner.take(":"), let minute = scanner.number(2),
      scanner.take(":"), let second = scanner.number(2), let nanos = scanner.fraction(),
      (1...12).contains(month), (1...daysInMonth(month, of: year)).contains(day), hour < 24,
      minute < 60, second < 60
    else { return nil }
    var seconds = daysSinceEpoch(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second
    if !scanner.take("Z") {
      let isEast = scanner.take("+")
      guard isEast || scanner.take("-"), let hours = scanner.number(2), scanner.take(":"),
        let minutes = scanner.number(2), hours < 24, minutes < 60
      else { return nil }
      seconds -= (isEast ? 1 : -1) * (hours * 3600 + minutes * 60)
    }
    guard scanner.isAtEnd, range.contains(seconds) else { return nil }
    return SecondsAndNanos(seconds: seconds, nanos: nanos)
  }

  /// The text, or nil if it lies outside the range.
  static func text(_ time: SecondsAndNanos) -> String? {
    guard range.contains(time.seconds), (0..<1_000_000_000).contains(time.nanos) else { return nil }
    let days = time.seconds.floorDivided(by: 86_400)
    let second = time.seconds - days * 86_400
    let (year, month, day) = date(days)
    return padded(year, 4) + "-" + padded(month, 2) + "-" + padded(day, 2) + "T"
      + padded(second / 3600, 2) + ":" + padded(second / 60 % 60, 2) + ":" + padded(second % 60, 2)
      + fraction(time.nanos) + "Z"
  }

  /// Years begin in March here, so that the day a leap year adds is the last of its year.
  private static func daysSinceEpoch(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
    let shifted = month > 2 ? year : year - 1
    let era = shifted.floorDivided(by: 400)
    let yearOfEra = shifted - era * 400
    let dayOfYear = ((month + 9) % 12 * 153 + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }

  private static func date(_ daysSinceEpoch: Int64) -> (year: Int64, month: Int64, day: Int64) {
    let days = daysSinceEpoch + 719_468
    let era = days.floorDivided(by: 146_097)
    let dayOfEra = days - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    let day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
  }

  private static func daysInMonth(_ month: Int64, of year: Int64) -> Int64 {
    switch month {
    case 2:
      year.isMultiple(of: 4) && (!year.isMultiple(of: 100) || year.isMultiple(of: 400)) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }
}

/// The text of `google.protobuf.Duration`: seconds with a fraction, and `s`.
enum DurationText {
  static let secondsMax: Int64 = 315_576_000_000

  static func parse(_ text: String) -> SecondsAndNanos? {
    var scanner = TextScanner(text)
    let isNegative = scanner.take("-")
    guard let seconds = scanner.number(), let nanos = scanner.fraction(), scanner.take("s"),
      scanner.isAtEnd, seconds <= secondsMax
    else { return nil }
    return SecondsAndNanos(
      seconds: isNegative ? -seconds : seconds, nanos: isNegative ? -nanos : nanos)
  }

  /// The text, or nil if it lies outside the range or its parts have different signs.
  static func text(_ span: SecondsAndNanos) -> String? {
    guard (-secondsMax...secondsMax).contains(span.seconds),
      (-999_999_999...999_999_999).contains(span.nanos),
      span.seconds.signum() * Int64(span.nanos).signum() >= 0
    else { return nil }
    let sign = span.seconds < 0 || span.nanos < 0 ? "-" : ""
    return sign + String(span.seconds.magnitude) + fraction(abs(span.nanos)) + "s"
  }
}

/// The text of `google.protobuf.FieldMask`: paths in lowerCamelCase between commas.
enum FieldMaskText {
  static func parse(_ text: String) -> [String]? {
    var paths: [String] = []
    guard !text.isEmpty else { return [] }
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      guard !part.isEmpty, !part.contains("_") else { return nil }
      var path = ""
      for letter in part.unicodeScalars {
        if ("A"..."Z").contains(letter) {
          path += "_" + String(letter).lowercased()
        } else {
          path.unicodeScalars.append(letter)
        }
      }
      paths.append(path)
    }
    return paths
  }

  /// The text, or nil if reading it would give other paths.
  static func text(_ paths: [String]) -> String? {
    let parts = paths.map { path in
      var part = ""
      var capitalizes = false
      for letter in path.unicodeScalars {
        if letter == "_", !capitalizes {
          capitalizes = true
        } else {
          part += capitalizes ? String(letter).uppercased() : String(letter)
          capitalizes = false
        }
      }
      return part
    }
    let text = parts.joined(separator: ",")
    return parse(text) == paths ? text : nil
  }
}

/// Takes a short text apart from its beginning.
private struct TextScanner {
  private var rest: Substring.UTF8View

  init(_ text: String) {
    rest = text[...].utf8
  }

  var isAtEnd: Bool { rest.isEmpty }

  mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard rest.first == UInt8(ascii: character) else { return false }
    rest = rest.dropFirst()
    return true
  }

  /// A number of that many digits; of 1 to 18 digits if the count is nil.
  mutating func number(_ count: Int? = nil) -> Int64? {
    let digits = rest.prefix(count ?? 19).prefix { (0x30...0x39).contains($0) }
    guard digits.count == count ?? max(1, min(digits.count, 18)) else { return nil }
    rest = rest.dropFirst(digits.count)
    return digits.reduce(0) { $0 * 10 + Int64($1 - 0x30) }
  }

  /// Nothing, or a point and 1 to 9 digits, as billionths.
  mutating func fraction() -> Int32? {
    guard take(".") else { return 0 }
    let digits = rest.prefix(10).prefix { (0x30...0x39).contains($0) }
    guard (1...9).contains(digits.count) else { return nil }
    rest = rest.dropFirst(digits.count)
    let value = digits.reduce(Int32(0)) { $0 * 10 + Int32($1 - 0x30) }
    return (digits.count..<9).reduce(value) { value, _ in value * 10 }
  }
}

/// Nothing, or a point and 3, 6 or 9 digits.
private func fraction(_ nanos: Int32) -> String {
  if nanos == 0 { return "" }
  if nanos.isMultiple(of: 1_000_000) { return "." + padded(Int64(nanos) / 1_000_000, 3) }
  if nanos.isMultiple(of: 1000) { return "." + padded(Int64(nanos) / 1000, 6) }
  return "." + padded(Int64(nanos), 9)
}

private func padded(_ number: Int64, _ width: Int) -> String {
  let digits = String(number)
  return String(repeating: "0", count: max(0, width - digits.count)) + digits
}

extension Int64 {
  fileprivate func floorDivided(by divisor: Int64) -> Int64 {
    self >= 0 ? self / divisor : (self + 1) / divisor - 1
  }
}
