internal import Glibc

/// A disk of a few MiB in memory, for tests that fill it; it goes away with its owner.
package final class SmallDisk: Sendable {
  package let folder: TemporaryFolder

  package var path: String { folder.path }

  /// Why this process cannot have one; nothing when it can.
  package static let refusal: String? = {
    do {
      _ = try SmallDisk(mebibytes: 1)
      return nil
    } catch {
      return "\(error)"
    }
  }()

  package struct Refused: Error, CustomStringConvertible {
    package let description: String
  }

  /// - Throws: `Refused` where this process may not mount.
  package init(mebibytes: Int) throws {
    folder = try TemporaryFolder()
    guard mount("tmpfs", folder.path, "tmpfs", 0, "size=\(mebibytes)m,mode=700") == 0 else {
      throw Refused(description: "no disk can be mounted: \(String(cString: strerror(errno)))")
    }
  }

  deinit { umount2(path, Int32(MNT_DETACH)) }

  /// Bytes that nobody has taken.
  package var left: UInt64 {
    var status = statvfs()
    return statvfs(path, &status) == 0 ? UInt64(status.f_bavail) * UInt64(status.f_frsize) : 0
  }

  /// Takes all room but so much, in a file `filler`, or gives back what it had taken too much.
  package func fill(leaving bytes: UInt64 = 0) throws {
    let filler = open(path + "/filler", O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
    guard filler >= 0 else { throw Refused(description: "no filler: \(errno)") }
    defer { close(filler) }
    var status = stat()
    guard fstat(filler, &status) == 0 else { throw Refused(description: "no filler: \(errno)") }
    let taken = UInt64(status.st_blocks) * 512
    let length = taken + left - min(bytes, taken + left)
    guard ftruncate(filler, off_t(length)) == 0 else {
      throw Refused(description: "the filler cannot be cut: \(errno)")
    }
    if length > taken, posix_fallocate(filler, 0, off_t(length)) != 0 {
      throw Refused(description: "the disk cannot be filled")
    }
  }

  /// Gives back all that was taken.
  package func empty() { unlink(path + "/filler") }
}
