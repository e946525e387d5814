/// Rows of text in aligned columns.
package struct Table: Sendable {
  package struct Column: Sendable {
    let title: String
    let isNumeric: Bool

    /// A column; numbers stand at its right edge.
    package init(_ title: String, isNumeric: Bool = false) {
      self.title = title
      self.isNumeric = isNumeric
    }
  }

  private let columns: [Column]
  private var rows: [[String]] = []

  package init(_ columns: [Column], rows: [[String]] = []) {
    self.columns = columns
    for row in rows { append(row) }
  }

  package var isEmpty: Bool { rows.isEmpty }

  package mutating func append(_ cells: [String]) {
    precondition(cells.count == columns.count, "\(cells.count) cells for \(columns.count) columns")
    rows.append(cells.map(TextWidth.printable))
  }

  /// The table's lines, the titles first.
  ///
  /// Given `cellsMax`, the widest column is cut until a line fits, but to no less than 8 cells.
  package func lines(cellsMax: Int? = nil, palette: Palette = .plain) -> [String] {
    var widths = columns.indices.map { index in
      rows.reduce(TextWidth.cells(columns[index].title)) { max($0, TextWidth.cells($1[index])) }
    }
    if let cellsMax { fit(&widths, into: cellsMax) }
    let header = palette.bold(line(columns.map(\.title), widths))
    return [header] + rows.map { line($0, widths) }
  }

  private static let gap = 2
  private static let narrowestCut = 8

  private func fit(_ widths: inout [Int], into cellsMax: Int) {
    var excess = widths.reduce(0, +) + Self.gap * (widths.count - 1) - cellsMax
    while excess > 0 {
      guard let widest = widths.indices.max(by: { widths[$0] < widths[$1] }),
        widths[widest] > Self.narrowestCut
      else { return }
      widths[widest] -= 1
      excess -= 1
    }
  }

  private func line(_ cells: [String], _ widths: [Int]) -> String {
    var text = ""
    for (index, cell) in cells.enumerated() {
      let cut = TextWidth.truncate(cell, to: widths[index])
      let isLast = index == cells.count - 1
      if columns[index].isNumeric {
        text += TextWidth.pad(cut, to: widths[index], trailing: true)
      } else {
        text += isLast ? cut : TextWidth.pad(cut, to: widths[index])
      }
      if !isLast { text += String(repeating: " ", count: Self.gap) }
    }
    return text
  }
}
