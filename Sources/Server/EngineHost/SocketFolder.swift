internal import Foundation
internal import Logging
internal import Synchronization

/// A folder that only this user can enter, for the sockets of engines; it goes away with this object.
final class SocketFolder: Sendable {
  let path: String
  private let logger: Logger
  private let count = Atomic(0)

  /// What `sun_path` holds, less its NUL.
  static let socketPathBytesMax = 107

  /// Whether sockets fit below `parent`, for more engines than a server starts in its life.
  static func canHoldSockets(_ parent: String) -> Bool {
    "\(parent)/diyml-XXXXXX/1000000000/socket".utf8.count <= socketPathBytesMax
  }

  init(in parent: String, logger: Logger) throws(EngineHostError) {
    self.logger = logger
    var template = Array("\(parent)/diyml-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else {  // mode 0700
      throw .folder("\(parent)/diyml-XXXXXX", errno: errno)
    }
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// Removes the folder and whatever killed engines left in it.
  deinit { removeFolder(path, logger) }

  /// Makes a folder for one engine: its socket is `socket` in it.
  func makeEngineFolder() throws(EngineHostError) -> EngineFolder {
    let number = count.add(1, ordering: .relaxed).newValue
    return try EngineFolder(path: "\(path)/\(number)", logger: logger)
  }
}

/// One engine's folder; it goes away with this object.
final class EngineFolder: Sendable {
  let path: String
  private let logger: Logger

  var socket: String { path + "/socket" }

  fileprivate init(path: String, logger: Logger) throws(EngineHostError) {
    self.path = path
    self.logger = logger
    guard socket.utf8.count <= SocketFolder.socketPathBytesMax else {
      throw .pathTooLong(socket, limit: SocketFolder.socketPathBytesMax)
    }
    guard mkdir(path, 0o700) == 0 else { throw .folder(path, errno: errno) }
  }

  deinit { removeFolder(path, logger) }
}

private func removeFolder(_ path: String, _ logger: Logger) {
  do {
    try FileManager.default.removeItem(atPath: path)
  } catch {
    logger.warning(
      "a folder of engines stays behind", metadata: ["path": "\(path)", "error": "\(error)"])
  }
}
