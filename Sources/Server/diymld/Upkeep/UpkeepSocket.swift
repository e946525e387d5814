internal import API
internal import Foundation
internal import Logging
internal import RPCCore
internal import RPCServer
internal import Services
internal import Store

/// Where the server takes what the commands of diymld ask it for: a Unix socket in the data folder,
/// which takes only the server's own user.
struct UpkeepSocket: Sendable {
  /// What `sun_path` holds, less its NUL.
  private static let pathBytesMax = 107
  private static let temporaryPrefix = "/tmp/diymld-"

  private let note: String
  private let path: String
  /// Holds the socket when the data folder's path is too long for one.
  private let temporary: String?
  private let server: Server
  private let logger: Logger

  /// The file that says where the socket is.
  static func note(in dataFolder: String) -> String { dataFolder + "/run/upkeep" }

  /// Makes what is missing of the folder for the socket.
  init(in dataFolder: String, of store: DataStore, logger: Logger) throws {
    let folder = dataFolder + "/run"
    try FileManager.default.createDirectory(
      atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    self.logger = logger
    note = Self.note(in: dataFolder)
    try Self.removeRests(of: note)
    let path = UpkeepFolder.absolute(folder + "/upkeep.socket")
    if path.utf8.count <= Self.pathBytesMax {
      self.path = path
      temporary = nil
    } else {
      var template = Array((Self.temporaryPrefix + "XXXXXX").utf8CString)
      guard mkdtemp(&template) != nil else {
        throw StartError.noSocketFolder(String(cString: strerror(errno)))
      }
      let made = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
      self.path = made + "/upkeep.socket"
      temporary = made
    }
    let work = UpkeepWork(
      on: store, serverProcess: UInt32(getpid()), now: Timestamp.now)
    server = Server(
      routes: UpkeepProvider(work).routes, logger: logger, unixPeers: .sameUser)
  }

  /// Serves until drained or cancelled, and says in the data folder where once it does.
  func run() async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await server.run(on: [.unix(path: path)]) }
      _ = try await server.boundAddresses
      try Data((path + "\n").utf8).write(to: URL(filePath: note), options: .atomic)
      try await group.next()
    }
    for path in [note] + (temporary.map { [$0] } ?? []) {
      do {
        try FileManager.default.removeItem(atPath: path)
      } catch {
        logger.warning("cannot remove '\(path)': \(error)")
      }
    }
  }

  /// Removes the folder that a killed server has left in /tmp.
  private static func removeRests(of note: String) throws {
    guard let bytes = FileManager.default.contents(atPath: note) else { return }
    let socket = String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: .newlines)
    let folder = socket.prefix(temporaryPrefix.count + 6)
    guard socket == folder + "/upkeep.socket", folder.hasPrefix(temporaryPrefix),
      !folder.dropFirst(temporaryPrefix.count).contains("/"),
      FileManager.default.fileExists(atPath: String(folder))
    else { return }
    try FileManager.default.removeItem(atPath: String(folder))
  }

  /// Cancels what is under way: a backup or a look at everything may take longer than anybody who
  /// stops the server would wait.
  func drain() async { await server.drain(within: .zero) }
}
