import Drawing

/// How many cells of a terminal text takes, and text cut to fit.
///
/// Names come from other people, so everything printed for people passes through `printable`:
/// nobody's project name may move another person's cursor.
package enum TextWidth {
  /// The cells `text` takes: 2 for wide East Asian characters and emoji, 0 for combining marks.
  static func cells(_ text: String) -> Int {
    text.reduce(0) { $0 + cells($1) }
  }

  /// `text` in at most `cells` cells; what was cut is shown as `…`.
  package static func truncate(_ text: String, to limit: Int) -> String {
    guard cells(text) > limit else { return text }
    guard limit > 0 else { return "" }
    var kept = ""
    var used = 0
    for character in text {
      let width = cells(character)
      guard used + width < limit else { break }
      kept.append(character)
      used += width
    }
    return kept + "…"
  }

  /// `text` followed, or with `trailing` led, by spaces up to `cells` cells.
  package static func pad(_ text: String, to width: Int, trailing: Bool = false) -> String {
    let spaces = String(repeating: " ", count: max(0, width - cells(text)))
    return trailing ? spaces + text : text + spaces
  }

  /// `text` with what would steer a terminal (control characters, changes of the direction of
  /// writing, ends of lines) replaced by `�`.
  package static func printable(_ text: String) -> String { TextMetrics.printable(text) }

  private static func cells(_ character: Character) -> Int {
    var widest = 0
    for scalar in character.unicodeScalars {
      if scalar.value == 0xFE0F { return 2 }  // shown as an emoji
      widest = max(widest, cells(scalar))
    }
    return widest
  }

  private static func cells(_ scalar: Unicode.Scalar) -> Int {
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format, .control: return 0
    default: break
    }
    return wideRanges.contains { $0.contains(scalar.value) } ? 2 : 1
  }

  /// Unicode's East Asian Wide and Fullwidth blocks, joined where gaps are unassigned.
  private static let wideRanges: [ClosedRange<UInt32>] = [
    0x1100...0x115F, 0x231A...0x231B, 0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF,
    0x4E00...0x9FFF, 0xA000...0xA4CF, 0xA960...0xA97F, 0xAC00...0xD7A3, 0xF900...0xFAFF,
    0xFE30...0xFE6F, 0xFF01...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F680...0x1F6FF,
    0x1F900...0x1F9FF, 0x1FA70...0x1FAFF, 0x20000...0x3FFFD,
  ]
}
