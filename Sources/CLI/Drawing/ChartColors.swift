/// The colours of the drawings; blue and orange are told apart by everybody.
package enum ChartColors {
  package static let text = "#1f2933"
  package static let faint = "#61707f"
  package static let grid = "#e4e7eb"
  package static let axis = "#9aa5b1"
  package static let blue = "#2563eb"
  package static let orange = "#e8590c"
  package static let gray = "#8a97a6"
  package static let red = "#d6293e"
  package static let green = "#2b8a3e"
  /// What a share is shown by: more or less of it over whatever is behind.
  package static let share = "#1d4ed8"
  /// Text on much of it.
  package static let onShare = "#fdfdfe"

  /// What each colour is on a dark page.
  private static let darkened = [
    (text, "#e6eaee"), (faint, "#9fb0c0"), (grid, "#2c3640"), (axis, "#5d6b79"),
    (blue, "#7aa9ff"), (orange, "#ff9a5c"), (gray, "#93a1b0"), (red, "#ff7b88"),
    (green, "#5fca7b"),
  ]

  /// Rules of style by which the drawings in a page fit a dark one.
  static var darkStyle: String {
    darkened.map { "svg [fill=\"\($0)\"]{fill:\($1)}svg [stroke=\"\($0)\"]{stroke:\($1)}" }
      .joined(separator: "\n")
  }

  /// Colours for kinds of things, over any picture; after the last they begin again.
  ///
  /// Those of Okabe and Ito without black: people who see fewer colours tell them apart, too.
  private static let kinds = [
    "#d55e00", "#0072b2", "#009e73", "#e69f00", "#cc79a7", "#56b4e9", "#f0e442",
  ]

  /// The colour of the kind with this number, from 0.
  package static func kind(_ number: Int) -> String { kinds[number % kinds.count] }

  /// Black or white, whichever is easier to read on the colour of a kind.
  static func onKind(_ color: String) -> String {
    color == kinds[0] || color == kinds[1] || color == kinds[2] ? "#ffffff" : "#000000"
  }
}
