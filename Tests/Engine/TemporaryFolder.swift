import Cryptography
import Foundation

@testable import Engine

/// A folder of folders as an engine has them; it goes away with this object.
final class TemporaryFolder: Sendable {
  let path: String

  init() throws {
    path = FileManager.default.temporaryDirectory.path + "/engine-test-\(UUID().uuidString)"
    for name in ["objects", "staging"] {
      try FileManager.default.createDirectory(
        atPath: path + "/" + name, withIntermediateDirectories: true)
    }
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  var folders: EngineFolders {
    EngineFolders(
      objects: path + "/objects", staging: path + "/staging", backbone: path + "/backbone",
      objectBytesMax: 64 << 20)
  }

  func write(_ bytes: [UInt8], to name: String) throws {
    let url = URL(filePath: path + "/" + name)
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: url)
  }

  /// Makes an empty staged file, as a server does for a model.
  func stage(_ name: String) throws -> String {
    try write([], to: "staging/\(name)")
    return name
  }

  func staged(_ name: String) throws -> [UInt8] {
    try Array(Data(contentsOf: URL(filePath: path + "/staging/\(name)")))
  }

  /// Writes an object and returns its hash.
  @discardableResult
  func store(_ bytes: [UInt8]) throws -> String {
    let hash = lowerHex(SHA256.hash(bytes))
    try damage(hash, with: bytes)
    return hash
  }

  /// Gives an object other bytes than its name promises.
  func damage(_ hash: String, with bytes: [UInt8]) throws {
    try write(bytes, to: "objects/\(hash.prefix(2))/\(hash.dropFirst(2).prefix(2))/\(hash)")
  }

  /// Changes one byte of an object where it lies; the same call again changes it back.
  func flip(_ hash: String, at position: Int, by mask: UInt8) throws {
    let path = try folders.path(ofObject: hash, field: "object")
    let file = try FileHandle(forUpdating: URL(filePath: path))
    try file.seek(toOffset: UInt64(position))
    let byte = try file.read(upToCount: 1)?.first ?? 0
    try file.seek(toOffset: UInt64(position))
    try file.write(contentsOf: [byte ^ mask])
    try file.close()
  }
}
