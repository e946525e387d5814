/// Why a folder cannot be read or written as a data set at all.
package enum DataSetError: Error, Hashable, Sendable {
  case notAFolder(String)
  /// No format fits what is in the folder.
  case unknownFormat(String)
  /// Several formats fit: their names are given.
  case ambiguousFormat(String, [DataSetFormat])
  /// A file that the format needs is not there.
  case missing(String)
  case unreadable(file: String)
  case tooMany(what: String, of: String, value: Int, limit: Int)
  /// The file's syntax is broken, so nothing after that line can be trusted.
  case damaged(file: String, line: Int, reason: String)
  /// The format has no way to say it.
  case cannotHold(DataSetFormat, what: String)
  case unwritable(file: String, reason: String)
}

extension DataSetError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .notAFolder(let path): "no folder \(path)"
    case .unknownFormat(let path):
      "\(path) is in none of the formats yolo, coco, voc, folder and csv"
    case .ambiguousFormat(let path, let formats):
      "\(path) may be in the formats \(formats.map(\.rawValue).joined(separator: ", "))"
    case .missing(let what): what
    case .unreadable(let file): "\(file) cannot be read as a file of UTF-8 text"
    case .tooMany(let what, let name, let value, let limit):
      "\(name) has \(value) \(what); the limit is \(limit)"
    case .damaged(let file, let line, let reason): "\(file) line \(line): \(reason)"
    case .cannotHold(let format, let what): "the format \(format.rawValue) cannot hold \(what)"
    case .unwritable(let file, let reason): "\(file) cannot be written: \(reason)"
    }
  }
}
