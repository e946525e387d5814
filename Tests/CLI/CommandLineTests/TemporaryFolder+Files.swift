import Foundation
import TestSupport
import Testing

extension TemporaryFolder {
  /// Writes a file and the folders it lies in.
  ///
  /// - Returns: Its path.
  @discardableResult
  func write(_ name: String, _ contents: String = "x") throws -> String {
    let file = path + "/" + name
    try FileManager.default.createDirectory(
      atPath: (file as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
    try Data(contents.utf8).write(to: URL(fileURLWithPath: file))
    return file
  }

  /// The permission bits of a file.
  func mode(_ name: String) throws -> Int {
    let attributes = try FileManager.default.attributesOfItem(atPath: path + "/" + name)
    return try #require(attributes[.posixPermissions] as? Int)
  }
}
