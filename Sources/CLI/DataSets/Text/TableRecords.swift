/// Cuts a CSV table (RFC 4180) into records: quotes may hold commas, quotes and line ends.
struct TableRecords {
  struct Record: Hashable {
    let line: Int
    let cells: [String]
  }

  static func read(_ bytes: [UInt8]) throws(SyntaxError) -> [Record] {
    var records: [Record] = []
    var cells: [String] = []
    var cell: [UInt8] = []
    var (line, start, place) = (1, 1, 0)
    func endRecord() {
      cells.append(String(decoding: cell, as: UTF8.self))
      if cells != [""] { records.append(Record(line: start, cells: cells)) }
      (cells, cell) = ([], [])
    }
    while place < bytes.count {
      let byte = bytes[place]
      place += 1
      switch byte {
      case UInt8(ascii: "\"") where cell.isEmpty:
        let opened = line
        while true {
          guard place < bytes.count else {
            throw SyntaxError(line: opened, reason: "a quoted cell without an end")
          }
          let inner = bytes[place]
          place += 1
          if inner == UInt8(ascii: "\"") {
            guard place < bytes.count, bytes[place] == UInt8(ascii: "\"") else { break }
            place += 1
          }
          if inner == UInt8(ascii: "\n") { line += 1 }
          cell.append(inner)
        }
      case UInt8(ascii: ","):
        cells.append(String(decoding: cell, as: UTF8.self))
        cell = []
      case UInt8(ascii: "\n"):
        if cell.last == UInt8(ascii: "\r") { cell.removeLast() }
        endRecord()
        line += 1
        start = line
      default: cell.append(byte)
      }
    }
    if !cell.isEmpty || !cells.isEmpty { endRecord() }
    return records
  }

  /// A cell as it is written, in quotes where it must be.
  static func cell(_ text: String) -> String {
    let needsQuotes = text.utf8.contains { byte in
      byte == UInt8(ascii: ",") || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\n")
        || byte == UInt8(ascii: "\r")
    }
    return needsQuotes
      ? "\""
        + text.split(separator: "\"", omittingEmptySubsequences: false)
        .joined(separator: "\"\"") + "\"" : text
  }
}
