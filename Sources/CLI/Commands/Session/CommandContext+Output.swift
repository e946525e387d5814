import Codec

extension CommandContext {
  /// Prints a line of the result.
  package func print(_ line: String = "") {
    system.output(line + "\n")
  }

  /// Prints a line for people that is not the result: what was done, skipped or noticed.
  package func note(_ line: String) {
    if !isJSON { system.complaints(line + "\n") }
  }

  /// Prints a table, cut to a terminal's width, or `empty` as a note where it has no rows.
  package func print(_ table: Table, ifEmpty empty: String) {
    guard !table.isEmpty else { return note(empty) }
    let cellsMax = system.terminal.outputIsTerminal ? system.terminal.columns : nil
    table.lines(cellsMax: cellsMax, palette: palette).forEach { print($0) }
  }

  /// Prints names and values in two columns.
  func print(_ rows: [(name: String, value: String)]) {
    let width = rows.reduce(0) { max($0, TextWidth.cells($1.name)) }
    for row in rows {
      print(palette.dim(TextWidth.pad(row.name, to: width)) + "  " + TextWidth.printable(row.value))
    }
  }

  /// Prints the server's answer for programs, as `diyml call` does, or what `people` prints for
  /// people.
  func report(
    _ answer: some Message, showsSecrets: Bool = false, people: () -> Void
  ) throws {
    guard isJSON else { return people() }
    print(try ResultJSON.line(answer, showsSecrets: showsSecrets))
  }

  /// The same of several answers, each a line.
  func report(_ answers: [some Message], people: () -> Void) throws {
    guard isJSON else { return people() }
    for answer in answers { print(try ResultJSON.line(answer)) }
  }

  /// The same of what no message of the contract says.
  func report(_ value: some Encodable, people: () -> Void) throws {
    guard isJSON else { return people() }
    print(try ResultJSON.line(value))
  }

  /// Prints figures of a measurement as a document, or what `people` prints for people.
  package func report(document value: some Encodable, people: () -> Void) throws {
    guard isJSON else { return people() }
    print(try ResultJSON.document(value))
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
