/// A bar that fills from the left.
package struct ProgressBar: Sendable, Equatable {
  package let isUnicode: Bool

  package init(isUnicode: Bool) {
    self.isUnicode = isUnicode
  }

  /// A bar of block characters where the environment's locale is UTF-8, of ASCII elsewhere.
  package init(environment: [String: String]) {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].lazy
      .compactMap { environment[$0] }
      .first { !$0.isEmpty }
    let name = (locale ?? "").lowercased()
    isUnicode = name.contains("utf-8") || name.contains("utf8")
  }

  /// The bar at `fraction` of its way, in exactly `cells` cells.
  package func text(_ fraction: Double, cells: Int) -> String {
    let part = fraction.isFinite ? min(max(fraction, 0), 1) : 0
    let full = min(cells, Int((part * Double(cells) + 1e-9).rounded(.down)))
    return String(repeating: isUnicode ? "█" : "#", count: full)
      + String(repeating: isUnicode ? "░" : "-", count: cells - full)
  }

  /// `label BAR 58 %  details`, with the bar in what the other parts leave of `columns`, and the
  /// last details left out where even the narrowest bar would not fit.
  package func line(
    label: String, fraction: Double, details: [String], columns: Int
  ) -> String {
    var details = details
    let percent = TextWidth.pad(Format.percent(fraction), to: 5, trailing: true)
    while true {
      let tail = ([percent] + details).joined(separator: "  ")
      let room = columns - 1 - TextWidth.cells(label) - TextWidth.cells(tail) - 2
      if room >= Self.cellsMin || details.isEmpty {
        let bar = text(fraction, cells: min(max(room, Self.cellsMin), Self.cellsMax))
        return TextWidth.truncate("\(label) \(bar) \(tail)", to: max(1, columns - 1))
      }
      details.removeLast()
    }
  }

  private static let cellsMin = 8
  private static let cellsMax = 30
}
