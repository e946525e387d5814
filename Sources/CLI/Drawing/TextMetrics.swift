/// Text of others made fit to be shown, and how wide it is in a drawing.
package enum TextMetrics {
  /// `text` with what would steer a terminal or a page (control characters, changes of the direction
  /// of writing, ends of lines, what no XML may hold) replaced by `�`.
  package static func printable(_ text: String) -> String {
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      result.append(isSteering(scalar) ? "\u{FFFD}" : scalar)
    }
    return String(result)
  }

  private static func isSteering(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x202A...0x202E, 0x2066...0x2069, 0x2028, 0x2029, 0x200E, 0x200F, 0xFFFE, 0xFFFF: true
    default: scalar.properties.generalCategory == .control
    }
  }

  /// A guess at the width of `text`: fonts differ, so it errs a little to the wide side.
  static func width(of text: String, size: Double) -> Double {
    text.reduce(0) { $0 + width(of: $1) } * size
  }

  /// In parts of the font's size.
  private static func width(of character: Character) -> Double {
    guard character.isASCII else {
      return character.unicodeScalars.contains { $0.value >= 0x1100 } ? 1.1 : 0.7
    }
    return switch character {
    case "i", "j", "l", "I", ".", ",", ":", ";", "'", "|", "!": 0.34
    case " ", "f", "t", "r", "-", "/", "(", ")", "[", "]": 0.42
    case "m", "w", "M", "W", "@", "%": 0.98
    case "A"..."Z": 0.72
    default: 0.63
    }
  }

  /// `text` as far as there is room for it; what was cut is shown as `…`.
  package static func fitted(_ text: String, size: Double, width limit: Double) -> String {
    guard width(of: text, size: size) > limit else { return text }
    var kept = ""
    var used = size
    for character in text {
      used += width(of: character) * size
      guard used <= limit else { break }
      kept.append(character)
    }
    return kept + "…"
  }
}
