internal import Codec
internal import Store

/// A page of a list as one message carries it.
struct AnswerPage<Element: Message> {
  /// Bytes of an answer's rows, so that any client takes it as one message.
  static var bytesMax: Int { 3 << 20 }

  let elements: [Element]
  /// Empty on the last page.
  let nextPageToken: String

  /// Takes as many rows as fit, and at least one; the next page begins with the row that did not.
  init<Row, Cursor: CustomStringConvertible>(
    _ page: Page<Row, Cursor>, bytesMax: Int = AnswerPage.bytesMax, cursor: (Row) -> Cursor,
    _ element: (Row) throws -> Element
  ) throws {
    var elements: [Element] = []
    var bytes = 0
    var next = page.next
    for row in page.rows {
      let message = try element(row)
      bytes += try message.serialized().count
      if bytes > bytesMax, !elements.isEmpty {
        next = cursor(page.rows[elements.count - 1])
        break
      }
      elements.append(message)
    }
    self.elements = elements
    nextPageToken = next.map { "\($0)" } ?? ""
  }
}
