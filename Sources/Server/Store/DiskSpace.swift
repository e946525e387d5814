internal import Glibc

/// How much room a disk has.
struct DiskSpace: Equatable, Sendable {
  /// Bytes of the whole disk.
  var total: UInt64
  /// Bytes that this process may still use.
  var left: UInt64

  /// Bytes to keep for what makes room: a 64th of the disk, but 8 to 64 MiB, and an eighth of a tiny
  /// disk.
  var reserve: UInt64 { min(max(total / 64, 8 << 20), 64 << 20, total / 8) }

  /// Whether there is not even room for the index of SQLite's log, which says no more than that it
  /// failed.
  static func isUsedUp(at path: String) -> Bool {
    DiskSpace(at: path).map { $0.left < 64 << 10 } ?? false
  }

  init(total: UInt64, left: UInt64) {
    self.total = total
    self.left = left
  }

  /// The disk of a file or folder that may be missing, if only the folder around it is there;
  /// nothing when the system does not say.
  init?(at path: String) {
    var status = statvfs()
    if statvfs(path, &status) != 0 {
      let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
      guard statvfs(folder.isEmpty ? "/" : folder, &status) == 0 else { return nil }
    }
    self.init(
      total: UInt64(status.f_blocks) * UInt64(status.f_frsize),
      left: UInt64(status.f_bavail) * UInt64(status.f_frsize))
  }
}
