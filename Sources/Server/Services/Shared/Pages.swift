internal import Codec
internal import RPCCore
internal import Store

/// The page asked for, whose token is the cursor that `parse` reads.
func pageRequest<Cursor: Sendable>(
  size: Int32, token: String, _ parse: (String) -> Cursor?
) throws(Status) -> PageRequest<Cursor> {
  let limits = ServiceLimits()
  guard (0...limits.pageSizeMax).contains(size) else {
    throw invalid("page_size", "\(size); the limits are 0 and \(limits.pageSizeMax)")
  }
  let rowsMax = size == 0 ? limits.pageSizeDefault : size
  if token.isEmpty { return PageRequest(after: nil, rowsMax: rowsMax) }
  guard token.utf8.count <= limits.pageTokenBytesMax, let cursor = parse(token) else {
    throw invalid("page_token", "\(quoted(token)) is not a page token of this list")
  }
  return PageRequest(after: cursor, rowsMax: rowsMax)
}

/// A page of a list as one message carries it.
struct AnswerPage<Element: Message> {
  /// Bytes of an answer's rows, so that any client takes it as one message.
  static var bytesMax: Int { 3 << 20 }

  let elements: [Element]
  /// Empty on the last page.
  let nextPageToken: String

  /// Takes as many rows as fit, and at least one; the next page begins with the row that did not.
  init<Row, Cursor: CustomStringConvertible>(
    _ page: Page<Row, Cursor>, bytesMax: Int = AnswerPage.bytesMax,
    _ element: (Row) throws -> Element
  ) throws {
    var elements: [Element] = []
    var bytes = 0
    var next = page.next
    for row in page.rows {
      let message = try element(row)
      bytes += try message.serialized().count
      if bytes > bytesMax, !elements.isEmpty {
        next = page.cursors[elements.count - 1]
        break
      }
      elements.append(message)
    }
    self.elements = elements
    nextPageToken = next.map { "\($0)" } ?? ""
  }

  init<Cursor: CustomStringConvertible>(_ page: Page<Element, Cursor>) throws {
    try self.init(page) { $0 }
  }
}
