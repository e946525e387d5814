/// Colours, where colours are wanted.
package struct Palette: Sendable, Equatable {
  let isColored: Bool

  package static let plain = Palette(isColored: false)
  package static let colored = Palette(isColored: true)

  /// Colours for a stream that is a terminal, unless `NO_COLOR` is set to anything or `TERM` is
  /// `dumb`.
  package init(isTerminal: Bool, environment: [String: String]) {
    let isRefused = !(environment["NO_COLOR"] ?? "").isEmpty || environment["TERM"] == "dumb"
    isColored = isTerminal && !isRefused
  }

  private init(isColored: Bool) {
    self.isColored = isColored
  }

  package func bold(_ text: String) -> String { wrap(text, "1") }
  package func red(_ text: String) -> String { wrap(text, "31") }
  package func green(_ text: String) -> String { wrap(text, "32") }
  package func yellow(_ text: String) -> String { wrap(text, "33") }
  package func dim(_ text: String) -> String { wrap(text, "2") }

  private func wrap(_ text: String, _ code: String) -> String {
    isColored ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
  }
}
