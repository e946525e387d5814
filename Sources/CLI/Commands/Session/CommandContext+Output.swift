import Foundation

extension CommandContext {
  /// Prints a line of the result.
  package func print(_ line: String = "") {
    system.output(line + "\n")
  }

  /// Prints a line that is not the result: what was done, skipped or noticed.
  package func note(_ line: String) {
    system.complaints(line + "\n")
  }

  /// Prints a table, cut to a terminal's width, or `empty` as a note where it has no rows.
  package func print(_ table: Table, ifEmpty empty: String) {
    guard !table.isEmpty else { return note(empty) }
    let cellsMax = system.terminal.outputIsTerminal ? system.terminal.columns : nil
    table.lines(cellsMax: cellsMax, palette: palette).forEach { print($0) }
  }

  /// Prints one JSON document.
  package func printJSON(_ value: some Encodable) throws {
    print(try ResultJSON.document(value))
  }

  /// Prints one line of JSON lines.
  package func printJSONLine(_ value: some Encodable) throws {
    print(try ResultJSON.line(value))
  }

  /// Prints `value` for programs, or what `people` prints for people.
  package func report(_ value: some Encodable, people: () -> Void) throws {
    if isJSON {
      try printJSON(value)
    } else {
      people()
    }
  }

  /// A status line on standard error, or none when the output is for programs.
  package func statusLine() -> StatusLine {
    let style: StatusLine.Style =
      if isJSON { .silent } else if system.terminal.complaintsAreTerminal { .redrawn } else {
        .logged
      }
    return StatusLine(style: style, write: system.complaints)
  }

  package var progressBar: ProgressBar { ProgressBar(environment: system.environment) }
}
