import Foundation
import ImageHeaders

/// The regular files of a folder, found once; nothing else of the machine is ever opened.
///
/// Symbolic links are not followed: they are the other way out of a folder.
struct FolderFiles: Sendable {
  let root: String
  /// Relative to the root, sorted.
  let paths: [String]
  let images: [String]
  private let all: Set<String>
  private let imagesByName: [String: [String]]
  private let imagesByStem: [String: [String]]

  static let imageEndings: Set<String> = ["jpg", "jpeg", "png", "webp", "gif"]

  /// - Throws: `.notAFolder`, or `.tooMany` for too many files.
  init(_ root: String, limits: DataSetLimits) throws(DataSetError) {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: root, isDirectory: &isFolder), isFolder.boolValue
    else { throw .notAFolder(root) }
    var found: [String] = []
    try Self.walk(root, "", depth: 0, limits, &found)
    self.root = root
    paths = found.sorted()
    all = Set(found)
    images = paths.filter { Self.imageEndings.contains(RelativePath.ending(of: $0)) }
    imagesByName = Dictionary(grouping: images) { RelativePath.name(of: $0) }
    imagesByStem = Dictionary(grouping: images) {
      RelativePath.stem(of: RelativePath.name(of: $0))
    }
  }

  private static func walk(
    _ root: String, _ folder: String, depth: Int, _ limits: DataSetLimits, _ found: inout [String]
  ) throws(DataSetError) {
    let path = folder.isEmpty ? root : "\(root)/\(folder)"
    guard depth <= limits.depthMax else {
      throw .tooMany(
        what: "levels of folders", of: root, value: depth, limit: limits.depthMax)
    }
    do {
      for name in try FileManager.default.contentsOfDirectory(atPath: path)
      where !name.hasPrefix(".") {
        let relative = folder.isEmpty ? name : "\(folder)/\(name)"
        let attributes = try FileManager.default.attributesOfItem(atPath: "\(path)/\(name)")
        switch attributes[.type] as? FileAttributeType {
        case .typeDirectory: try walk(root, relative, depth: depth + 1, limits, &found)
        case .typeRegular: found.append(relative)
        default: continue
        }
        guard found.count <= limits.filesMax else {
          throw DataSetError.tooMany(
            what: "files", of: root, value: found.count, limit: limits.filesMax)
        }
      }
    } catch let error as DataSetError {
      throw error
    } catch {
      throw .unreadable(file: path)
    }
  }

  func has(_ path: String) -> Bool { all.contains(path) }

  /// The image that is meant by a path in a label file: as it stands in one of `folders`, else the
  /// only image of that name.
  ///
  /// - Throws: `RelativePath.Refusal` for a path that leads out of the data set.
  func image(_ text: String, in folders: [String]) throws(RelativePath.Refusal) -> String? {
    var refusal: RelativePath.Refusal?
    for folder in folders {
      do {
        let path = try RelativePath.resolve(text, in: folder)
        if all.contains(path) { return path }
      } catch {
        refusal = error
      }
    }
    if let refusal { throw refusal }
    let named = imagesByName[RelativePath.name(of: text)] ?? []
    return named.count == 1 ? named[0] : nil
  }

  /// The only image with that name before its ending.
  func image(stem: String) -> String? {
    let named = imagesByStem[stem] ?? []
    return named.count == 1 ? named[0] : nil
  }

  /// A whole file.
  ///
  /// - Throws: `.tooMany` for a file that is too large.
  func contents(of path: String, bytesMax: Int) throws(DataSetError) -> [UInt8] {
    let contents: [UInt8]
    do {
      let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: "\(root)/\(path)"))
      defer { file.closeFile() }
      contents = Array(try file.read(upToCount: bytesMax + 1) ?? Data())
    } catch {
      throw .unreadable(file: path)
    }
    guard contents.count <= bytesMax else {
      throw .tooMany(what: "bytes", of: path, value: contents.count, limit: bytesMax)
    }
    return contents
  }

  /// The bytes of a file of text, without a byte order mark.
  ///
  /// - Throws: `.tooMany` for a file that is too large, `.unreadable` for one that is not UTF-8.
  func text(_ path: String, bytesMax: Int) throws(DataSetError) -> [UInt8] {
    let contents = try contents(of: path, bytesMax: bytesMax)
    guard String(validating: contents, as: UTF8.self) != nil else {
      throw .unreadable(file: path)
    }
    return contents.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(contents.dropFirst(3)) : contents
  }

  /// The lines of a file of text, the endings of Unix and Windows left out.
  func lines(_ path: String, bytesMax: Int) throws(DataSetError) -> [String] {
    var lines = try text(path, bytesMax: bytesMax)
      .split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
      .map { line in
        String(decoding: line.last == UInt8(ascii: "\r") ? line.dropLast() : line, as: UTF8.self)
      }
    if lines.last == "" { lines.removeLast() }
    return lines
  }

  /// How large an image is when shown, read from its header.
  ///
  /// - Throws: When it is none that the server would take.
  func size(of path: String) throws(ImageError) -> PixelSize {
    let header = try ImageStorage(path: "\(root)/\(path)").withSpan { bytes throws(ImageError) in
      try ImageHeader.head(of: bytes)
    }
    return PixelSize(width: header.width, height: header.height)
  }
}
