/// Which part of a list is asked for.
///
/// A cursor is the key of the last row seen, so a page never repeats or skips rows that stayed where
/// they were, whatever was added or deleted in between.
package struct PageRequest<Cursor: Sendable>: Sendable {
  /// The key of the last row of the page before; nothing for the first page.
  package var after: Cursor?
  /// Cut down to `StoreLimits.pageRowsMax`.
  package var rowsMax: UInt32

  package init(after: Cursor? = nil, rowsMax: UInt32 = 100) {
    self.after = after
    self.rowsMax = rowsMax
  }
}

/// Some rows of a list.
package struct Page<Row: Sendable, Cursor: Sendable>: Sendable {
  package var rows: [Row]
  /// Where the next page begins; nothing on the last page.
  package var next: Cursor?

  /// Rows of which the caller knows where they end.
  init(rows: [Row], next: Cursor?) {
    self.rows = rows
    self.next = next
  }

  /// Cuts what was fetched with one row more than asked for.
  init(fetched rows: [Row], rowsMax: Int, cursor: (Row) -> Cursor) {
    self.rows = Array(rows.prefix(rowsMax))
    next = rows.count > rowsMax ? self.rows.last.map(cursor) : nil
  }

  /// Like `init(fetched:rowsMax:cursor:)`, for rows that are completed one by one with parts of
  /// their own: the page ends with the row that reaches the bound of parts.
  init<Fetched>(
    fetched: [Fetched], rowsMax: Int, partsMax: Int, cursor: (Row) -> Cursor,
    parts: (Row) -> Int, complete: (Fetched) throws -> Row
  ) throws {
    rows = []
    var partCount = 0
    for row in fetched.prefix(rowsMax) where partCount < partsMax {
      let row = try complete(row)
      partCount += parts(row)
      rows.append(row)
    }
    next = fetched.count > rows.count ? rows.last.map(cursor) : nil
  }
}
