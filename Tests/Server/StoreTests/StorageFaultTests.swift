import API
import Foundation
import GRDB
import Testing

@testable import Store

struct StorageFaultTests {
  private static let failed = "the disk failed"
  private static let files = "the server has too many files and connections open"
  private static let memory = "the server has too little memory"
  private static let readOnly = "the disk cannot be written to"
  private static let damaged = "the database is damaged"
  private static let quota = "the disk quota of the server is used up"

  private static let codes: [(ResultCode, Int32, String)] = [
    (.SQLITE_FULL, Int32(0), "full"), (.SQLITE_FULL, EIO, "full"),
    (.SQLITE_IOERR_WRITE, ENOSPC, "full"), (.SQLITE_IOERR_SHMSIZE, ENOSPC, "full"),
    (.SQLITE_IOERR_FSYNC, EDQUOT, quota),
    (.SQLITE_IOERR, 0, failed), (.SQLITE_IOERR_READ, EIO, failed),
    (.SQLITE_IOERR_FSYNC, EIO, failed), (.SQLITE_IOERR_SHORT_READ, 0, failed),
    (.SQLITE_IOERR_SHMOPEN, EMFILE, files),
    (.SQLITE_IOERR_WRITE, EROFS, readOnly),
    (.SQLITE_IOERR_NOMEM, 0, memory),
    (.SQLITE_NOMEM, 0, memory),
    (.SQLITE_READONLY, 0, readOnly),
    (.SQLITE_READONLY_DBMOVED, 0, readOnly),
    (.SQLITE_READONLY_CANTINIT, 0, readOnly),
    (.SQLITE_CANTOPEN, EMFILE, files),
    (.SQLITE_CANTOPEN, ENOENT, failed), (.SQLITE_CANTOPEN, 0, failed),
    (.SQLITE_CORRUPT, 0, damaged),
    (.SQLITE_CORRUPT_INDEX, 0, damaged),
    (.SQLITE_NOTADB, 0, damaged),
    (.SQLITE_BUSY, 0, "none"), (.SQLITE_CONSTRAINT, EIO, "none"), (.SQLITE_ERROR, 0, "none"),
  ]

  private static let errnos: [(Int32, String)] = [
    (ENOSPC, "full"), (EDQUOT, quota),
    (EIO, failed), (EUCLEAN, failed), (EBADMSG, failed),
    (ESTALE, failed), (EROFS, readOnly),
    (EMFILE, files),
    (ENFILE, files),
    (ENOMEM, memory), (EACCES, "none"), (ENOENT, "none"),
    (EINVAL, "none"),
  ]

  /// What a fault is, without figures.
  private func kind(_ fault: StorageFault?) -> String {
    switch fault {
    case nil: "none"
    case .full: "full"
    case .some(let fault): "\(fault)"
    }
  }

  @Test(arguments: Self.errnos)
  func `each errno says what is wrong with the machine, if it does`(code: Int32, expected: String) {
    #expect(kind(StorageFault(errno: code, at: "/tmp/no/such/file")) == expected)
    let error = SystemCalls.failure("write", "/tmp/x", code)
    switch error {
    case .fault(let fault, let work):
      #expect(kind(fault) == expected && work == "write of '/tmp/x'")
    default: #expect(error == .file(operation: "write", path: "/tmp/x", errno: code))
    }
  }

  @Test(arguments: Self.codes)
  func `each result code of SQLite says what is wrong with the machine, if it does`(
    code: ResultCode, errno: Int32, expected: String
  ) {
    #expect(kind(StorageFault(code, errno: errno, at: "/tmp")) == expected)
    let error = StoreError(DatabaseError(resultCode: code), errno: errno, in: "/tmp")
    switch error {
    case .fault(let fault, _): #expect(kind(fault) == expected)
    default: #expect(expected == "none" && error.description.hasPrefix("the database failed: "))
    }
  }

  @Test func `a full disk is named with what is left of it and what is kept`() throws {
    let space = try #require(DiskSpace(at: "/tmp/missing"))
    #expect(space.total > 0 && space.left <= space.total)
    #expect(
      StorageFault.full(left: 4_096, reserve: 8 << 20).description
        == "the disk is full: 4096 bytes left, 8388608 kept in reserve")
  }

  /// MiB.
  @Test(arguments: [(16, 2), (64, 8), (512, 8), (1 << 10, 16), (4 << 10, 64), (1 << 20, 64)])
  func `the reserve grows with the disk, within bounds`(total: UInt64, reserve: UInt64) {
    #expect(DiskSpace(total: total << 20, left: 0).reserve == reserve << 20)
  }
}
