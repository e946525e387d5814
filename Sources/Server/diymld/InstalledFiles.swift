internal import Foundation

/// Where the files are that come with the server.
struct InstalledFiles {
  /// The folder of this very program; nothing when the system does not say.
  let programFolder: URL

  /// - Throws: when the system does not say which program this is.
  init() throws(StartError) {
    do {
      let path = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
      programFolder = URL(filePath: path).deletingLastPathComponent()
    } catch {
      throw .noProgramPath("\(error)")
    }
  }

  init(programFolder: URL) { self.programFolder = programFolder }

  /// The engine's program: the one given, or `diyml-engine` beside this one.
  func engine(given path: String?) throws(StartError) -> String {
    let path = path ?? programFolder.appending(path: "diyml-engine").path(percentEncoded: false)
    guard FileManager.default.isExecutableFile(atPath: path), !isFolder(path) else {
      throw .noEngine(path)
    }
    return path
  }

  /// The backbone's weights: those given, or the first of the usual places that has them.
  func weights(
    given path: String?, environment: [String: String]
  ) throws(StartError) -> String {
    let places = path.map { [$0] } ?? usualPlaces(environment)
    for place in places where FileManager.default.isReadableFile(atPath: place) { return place }
    throw .noWeights(places)
  }

  private func usualPlaces(_ environment: [String: String]) -> [String] {
    if let named = environment["DIYML_WEIGHTS"], !named.isEmpty { return [named] }
    let above = programFolder.deletingLastPathComponent()
    let folders = [
      above.appending(path: "share/diyml"),
      // Programs that were built and not installed lie in .build/PLATFORM/release.
      above.deletingLastPathComponent().appending(path: "diyml"),
      URL(filePath: FileManager.default.currentDirectoryPath).appending(path: ".build/diyml"),
    ]
    return folders.map {
      $0.appending(path: "efficientnet-lite0.safetensors").path(percentEncoded: false)
    }
  }

  private func isFolder(_ path: String) -> Bool {
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
      && isFolder.boolValue
  }
}

/// Why the server cannot start, in words for the one who starts it.
enum StartError: Error, Equatable {
  case noProgramPath(String)
  case noEngine(String)
  case noWeights([String])
  case noSocketFolder(String)
}

extension StartError: CustomStringConvertible {
  var description: String {
    switch self {
    case .noProgramPath(let reason): "cannot tell where this program is: \(reason)"
    case .noEngine(let path):
      "there is no engine program at '\(path)'; build it, or name it with --engine PATH"
    case .noSocketFolder(let reason): "cannot make a folder for a socket in /tmp: \(reason)"
    case .noWeights(let places):
      "there are no backbone weights at \(places.map { "'\($0)'" }.joined(separator: " or "));"
        + " run `make setup`, or name them with --weights FILE"
    }
  }
}
