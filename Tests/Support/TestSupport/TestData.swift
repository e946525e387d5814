package import Foundation

/// Where tests find what is not in the repository.
package enum TestData {
  /// The top folder of the package.
  package static let package = URL(filePath: #filePath + "/../../../..").standardized

  /// The folder of malformed and unusual images: in `$DIYML_TEST_DATA` or `../shared/data`.
  package static let badImages: URL? = folder("badimages").map { URL(filePath: $0) }

  /// A real data set: in `$DIYML_TEST_DATA` or `../shared/data`; nil where it is not there.
  package static func folder(_ name: String) -> String? {
    let named = ProcessInfo.processInfo.environment["DIYML_TEST_DATA"].map { URL(filePath: $0) }
    let data = named ?? package.deletingLastPathComponent().appending(path: "shared/data")
    let folder = data.appending(path: name)
    return FileManager.default.fileExists(atPath: folder.path) ? folder.path : nil
  }

  /// The backbone's weights, which `make setup` fetches: `$DIYML_WEIGHTS` or the usual place.
  package static let weights: String =
    ProcessInfo.processInfo.environment["DIYML_WEIGHTS"]
    ?? package.appending(path: ".build/diyml/efficientnet-lite0.safetensors").path

  /// A program of ours: in `$DIYML_PROGRAMS`, as for measuring release builds, or beside the tests.
  package static func program(_ name: String) -> String {
    if let folder = ProcessInfo.processInfo.environment["DIYML_PROGRAMS"] {
      return URL(filePath: folder).appending(path: name).path
    }
    let this = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    return URL(filePath: this ?? CommandLine.arguments[0])
      .deletingLastPathComponent().appending(path: name).path
  }

  /// All regular files under a folder, by path.
  package static func files(under folder: URL) -> [URL] {
    let found = FileManager.default.enumerator(
      at: folder, includingPropertiesForKeys: [.isRegularFileKey])
    return (found?.compactMap { $0 as? URL } ?? [])
      .filter { (try? $0.resourceValues(forKeys: [.isRegularFileKey]))?.isRegularFile == true }
      .sorted { $0.path < $1.path }
  }
}
