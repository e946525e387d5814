internal import GRDB

/// Which part of a list is asked for.
///
/// A cursor is the key of the last row seen, so a page never repeats or skips rows that stayed where
/// they were, whatever was added or deleted in between.
package struct PageRequest<Cursor: Sendable>: Sendable {
  /// The key of the last row of the page before; nothing for the first page.
  package var after: Cursor?
  /// Cut down to `StoreLimits.pageRowsMax`.
  package var rowsMax: Int32

  package init(after: Cursor? = nil, rowsMax: Int32 = 100) {
    self.after = after
    self.rowsMax = rowsMax
  }
}

/// Some elements of a list.
package struct Page<Element: Sendable, Cursor: Sendable>: Sendable {
  package private(set) var rows: [Element] = []
  /// For each of them where a page begins that goes on behind it.
  package private(set) var cursors: [Cursor] = []
  /// Where the next page begins; nothing on the last page.
  package private(set) var next: Cursor?
}

extension Page {
  /// Makes elements of rows until there are `rowsMax` of them, or one reaches the bound of parts.
  ///
  /// Rows must be more than the page may have, so that it is known whether there is a next one.
  /// `element` gives nothing for a row that is not asked for; after `examinedMax` rows the page
  /// ends.
  init(
    _ rows: RowCursor, rowsMax: Int, partsMax: Int = .max, examinedMax: Int = .max,
    cursor: (Row) -> Cursor, parts: (Element) -> Int = { _ in 0 },
    _ element: (Row) throws -> Element?
  ) throws {
    var last: Cursor?
    var (examined, partCount) = (0, 0)
    while let row = try rows.next() {
      guard self.rows.count < rowsMax, partCount < partsMax, examined < examinedMax else {
        next = last
        return
      }
      examined += 1
      let place = cursor(row)
      last = place
      guard let element = try element(row) else { continue }
      partCount += parts(element)
      self.rows.append(element)
      cursors.append(place)
    }
  }
}
