package import Foundation

/// One call below the watched folder, as `Tests/Server/DiskLayer` wrote it down.
package struct DiskRecord: Sendable {
  /// The numbers are those of `disk_layer.h`.
  package enum Call: UInt32, Sendable, CaseIterable {
    case open = 1
    case close = 2
    case read = 3
    case write = 4
    case truncate = 5
    case allocate = 6
    case sync = 7
    case rename = 8
    case link = 9
    case unlink = 10
    case makeFolder = 11
    case removeFolder = 12
    case list = 13
    case syncAll = 14
    case mark = 15

    /// Nothing is different afterwards; an `open` that makes a file has flags that say so.
    package var onlyLooks: Bool {
      switch self {
      case .open, .close, .read, .list: true
      case .write, .truncate, .allocate, .sync, .rename, .link, .unlink, .makeFolder,
        .removeFolder, .syncAll, .mark:
        false
      }
    }
  }

  /// The log is not one of the layer's.
  package struct Malformed: Error { package let offset: Int }

  package let call: Call
  /// An `errno`, or 0.
  package let error: Int32
  /// Of an open file: every `open` gives a new one.
  package let handle: UInt32
  package let flags: UInt32
  package let offset: Int
  package let length: Int
  /// From the watched folder on; a mark's text.
  package let path: String
  package let secondPath: String
  package let data: Data

  private static let headBytes = 40

  /// Every call of a log, in the order they happened.
  package static func list(log: Data) throws -> [DiskRecord] {
    var records: [DiskRecord] = []
    var offset = log.startIndex
    while offset < log.endIndex {
      records.append(try DiskRecord(log, at: &offset))
    }
    return records
  }

  private init(_ log: Data, at offset: inout Int) throws {
    let start = offset
    guard log.endIndex - start >= Self.headBytes else { throw Malformed(offset: start) }
    func number<Number: FixedWidthInteger>(_ place: Int, _: Number.Type) -> Number {
      let from = start - log.startIndex + place
      return log.withUnsafeBytes {
        Number(littleEndian: $0.loadUnaligned(fromByteOffset: from, as: Number.self))
      }
    }
    guard let call = Call(rawValue: number(0, UInt32.self)) else { throw Malformed(offset: start) }
    self.call = call
    error = number(4, Int32.self)
    handle = number(8, UInt32.self)
    flags = number(12, UInt32.self)
    self.offset = Int(number(16, UInt64.self))
    length = Int(number(24, UInt64.self))
    let pathEnd = start + Self.headBytes + Int(number(32, UInt32.self))
    let end = pathEnd + Int(number(36, UInt32.self))
    guard end <= log.endIndex else { throw Malformed(offset: start) }
    let paths = log[(start + Self.headBytes)..<pathEnd].split(separator: 0)
    path = paths.first.map { String(decoding: $0, as: UTF8.self) } ?? ""
    secondPath = paths.count > 1 ? String(decoding: paths[1], as: UTF8.self) : ""
    data = log[pathEnd..<end]
    offset = end
  }
}
