internal import GRDB
internal import GRDBSQLite
internal import Glibc

/// What is wrong with the machine below the store.
///
/// No request is to blame for it, and when it is over, the same request is served.
package enum StorageFault: Equatable, Sendable {
  /// The disk is full, or as good as full: bytes that are left, and bytes of them that are kept for
  /// what makes room.
  case full(left: UInt64, reserve: UInt64)
  /// The user that the server runs as may not use more of the disk.
  case quota
  /// The disk does not read or write what it should.
  case io
  case readOnly
  /// The process, or the whole machine, has no descriptor left.
  case tooManyFiles
  case noMemory
  /// What SQLite reads is not a database, or not one that could have been written.
  case damagedDatabase
}

extension StorageFault: CustomStringConvertible {
  package var description: String {
    switch self {
    case .full(let left, let reserve):
      "the disk is full: \(left) bytes left, \(reserve) kept in reserve"
    case .quota: "the disk quota of the server is used up"
    case .io: "the disk failed"
    case .readOnly: "the disk cannot be written to"
    case .tooManyFiles: "the server has too many files and connections open"
    case .noMemory: "the server has too little memory"
    case .damagedDatabase: "the database is damaged"
    }
  }
}

extension StorageFault {
  /// What an `errno` says, if it speaks of the machine; `path` is where, and need not exist.
  init?(errno code: Int32, at path: String) {
    switch code {
    case ENOSPC: self = .full(at: path)
    case EDQUOT: self = .quota
    // What file systems say when a disk, a checksum or a server of theirs fails them.
    case EIO, EUCLEAN, EBADMSG, ENODEV, ENXIO, ESTALE, EREMOTEIO: self = .io
    case EROFS: self = .readOnly
    case EMFILE, ENFILE: self = .tooManyFiles
    case ENOMEM: self = .noMemory
    default: return nil
    }
  }

  /// What a result code of SQLite says, if it speaks of the machine; `errno` is that of the system
  /// call behind it, where SQLite knows one.
  init?(_ code: ResultCode, errno: Int32, at folder: String) {
    switch code.primaryResultCode {
    case .SQLITE_FULL: self = .full(at: folder)
    case .SQLITE_READONLY: self = .readOnly
    case .SQLITE_NOMEM: self = .noMemory
    case .SQLITE_CORRUPT, .SQLITE_NOTADB: self = .damagedDatabase
    case .SQLITE_IOERR where code == .SQLITE_IOERR_NOMEM: self = .noMemory
    case .SQLITE_IOERR where errno == 0 && DiskSpace.isUsedUp(at: folder): self = .full(at: folder)
    case .SQLITE_IOERR: self = StorageFault(errno: errno, at: folder) ?? .io
    case .SQLITE_CANTOPEN:
      let probed = errno == 0 ? SystemCalls.probedErrno() : errno
      self = StorageFault(errno: probed, at: folder) ?? .io
    default: return nil
    }
  }

  private static func full(at path: String) -> StorageFault {
    let space = DiskSpace(at: path)
    return .full(left: space?.left ?? 0, reserve: space?.reserve ?? 0)
  }
}

extension StoreError {
  /// What SQLite could not do with the database in `folder`.
  init(_ error: DatabaseError, errno: Int32 = 0, in folder: String) {
    let fault = StorageFault(error.extendedResultCode, errno: errno, at: folder)
    self = fault.map { .fault($0, while: error.description) } ?? .database(error.description)
  }
}

extension StoreError {
  /// Runs `body`, and turns what SQLite cannot do with the database in `folder` into an error of the
  /// store.
  static func translating<T>(in folder: String, _ body: () throws -> T) throws -> T {
    do {
      return try body()
    } catch let error as DatabaseError {
      throw StoreError(error, in: folder)
    }
  }
}

extension Database {
  /// Runs `body`, and turns what SQLite cannot do into an error of the store while the system call
  /// behind it is still known.
  func translatingErrors<T>(in folder: String, _ body: (Database) throws -> T) throws -> T {
    do {
      return try body(self)
    } catch let error as DatabaseError {
      throw StoreError(error, errno: sqlite3_system_errno(sqliteConnection), in: folder)
    }
  }
}
