/// A path that somebody else wrote, made harmless: it cannot lead out of the folder it is read in.
enum RelativePath {
  /// Why a path is refused.
  enum Refusal: Error, Hashable {
    case empty
    case absolute
    case outside

    var reason: String {
      switch self {
      case .empty: "the path is empty"
      case .absolute: "the path is absolute; it must be relative to the data set's folder"
      case .outside: "the path leads out of the data set's folder"
      }
    }
  }

  /// `text`, taken from `folder`, in its shortest form; `\` counts as `/`.
  static func resolve(
    _ text: String, in folder: String = ""
  ) throws(Refusal) -> String {
    guard !text.isEmpty, !text.utf8.contains(0) else { throw .empty }
    let isSeparator: (Character) -> Bool = { $0 == "/" || $0 == "\\" }
    guard let first = text.first, !isSeparator(first), text.dropFirst().first != ":" else {
      throw .absolute
    }
    var parts = folder.split(separator: "/").map(String.init)
    for part in text.split(whereSeparator: isSeparator) {
      switch part {
      case ".": continue
      case "..": if parts.popLast() == nil { throw .outside }
      default: parts.append(String(part))
      }
    }
    guard !parts.isEmpty else { throw .empty }
    return parts.joined(separator: "/")
  }

  /// What stands behind the last `/` or `\`.
  static func name(of path: String) -> String {
    path.split { $0 == "/" || $0 == "\\" }.last.map(String.init) ?? ""
  }

  /// What stands before the last `/`; empty without one.
  static func folder(of path: String) -> String {
    path.lastIndex(of: "/").map { String(path[..<$0]) } ?? ""
  }

  /// The path without the ending of its last part.
  static func stem(of path: String) -> String {
    let name = name(of: path)
    guard let dot = name.lastIndex(of: "."), dot > name.startIndex else { return path }
    return String(path.dropLast(name.distance(from: dot, to: name.endIndex)))
  }

  /// The ending of the last part, in lower case, without the dot.
  static func ending(of path: String) -> String {
    let name = name(of: path)
    guard let dot = name.lastIndex(of: "."), dot > name.startIndex else { return "" }
    return name[name.index(after: dot)...].lowercased()
  }
}
