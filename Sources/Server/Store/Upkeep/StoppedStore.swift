internal import Cryptography
internal import GRDB
internal import Glibc

/// A data folder that no server uses, held so that none can start; opening it changes nothing in it.
package final class StoppedStore: Sendable {
  let files: ObjectFiles
  private let lock: FolderLock?
  private let opened: Result<any DatabaseReader, any Error>
  private let isWritable: Bool

  /// Takes the folder's lock and opens its database, for writing if it is `toRepair`.
  ///
  /// - Throws: `StoreError.folderInUse` when a server has the folder.
  package init(folder: String, toRepair: Bool = false) throws {
    files = ObjectFiles(folder: folder)
    isWritable = toRepair
    guard SystemCalls.exists(files.databasePath) else { throw UpkeepError.noStore(folder) }
    lock = try Self.lock(folder)
    let path = files.databasePath
    opened = Result {
      toRepair ? try Self.openForWriting(path) : try DatabaseFile.openToRead(path)
    }
  }

  /// - Throws: `UpkeepError.database` when the database cannot be opened.
  func source() throws -> UpkeepSource {
    let database = try database()
    return UpkeepSource(
      files: files, database: database,
      writer: isWritable ? database as? any DatabaseWriter : nil)
  }

  func database() throws -> any DatabaseReader {
    do {
      return try opened.get()
    } catch let error as DatabaseError {
      throw UpkeepError.database(files.databasePath, reason: error.message ?? "\(error)")
    }
  }

  /// Ends the statement that somebody waits for.
  func interrupt() {
    if case .success(let database) = opened { (database as? DatabaseQueue)?.interrupt() }
  }

  /// Nobody holds a folder of a file system that cannot be written to.
  private static func lock(_ folder: String) throws -> FolderLock? {
    do {
      return try FolderLock(folder: folder)
    } catch StoreError.fault(.readOnly, _) {
      return nil
    }
  }

  private static func openForWriting(_ path: String) throws -> DatabaseQueue {
    var configuration = Configuration()
    configuration.label = "diyml.repair"
    configuration.busyMode = .timeout(5)
    let queue = try DatabaseQueue(path: path, configuration: configuration)
    try queue.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous = FULL") }
    return queue
  }
}

/// A file of SQLite that no server uses.
enum DatabaseFile {
  /// Opens it to read, without writing beside it unless there is a WAL to read as well.
  static func openToRead(_ path: String) throws -> DatabaseQueue {
    if try hasLog(path) { return try openBesideServer(path) }
    let escaped = path.utf8.map { byte in
      switch byte {
      case UInt8(ascii: "%"), UInt8(ascii: "?"), UInt8(ascii: "#"): "%" + lowerHex([byte])
      default: String(UnicodeScalar(byte))
      }
    }
    return try DatabaseQueue(
      path: "file:" + escaped.joined() + "?immutable=1", configuration: reading)
  }

  /// Opens it to read while others may write to it.
  static func openBesideServer(_ path: String) throws -> DatabaseQueue {
    try DatabaseQueue(path: path, configuration: reading)
  }

  private static var reading: Configuration {
    var configuration = Configuration()
    configuration.label = "diyml.upkeep"
    configuration.readonly = true
    configuration.busyMode = .timeout(5)
    return configuration
  }

  /// Whether transactions wait in a WAL beside it.
  static func hasLog(_ path: String) throws(StoreError) -> Bool {
    guard let status = try SystemCalls.status(path + "-wal") else { return false }
    return status.st_size > 0
  }
}
