internal import Foundation

/// A folder of its own for one test, removed with everything in it when its owner goes.
package final class TemporaryFolder: Sendable {
  package let path: String

  /// Makes the folder.
  ///
  /// Its path is short, so that Unix sockets fit into it.
  package init() throws {
    let name = "diyml-" + UUID().uuidString.prefix(8)
    path = FileManager.default.temporaryDirectory.appending(path: name).path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// The regular files under a folder inside it, as paths from that folder on.
  package func files(in folder: String) throws -> [String] {
    let root = path + "/" + folder
    return try FileManager.default.subpathsOfDirectory(atPath: root).filter {
      var isFolder: ObjCBool = false
      return FileManager.default.fileExists(atPath: root + "/" + $0, isDirectory: &isFolder)
        && !isFolder.boolValue
    }
  }
}
