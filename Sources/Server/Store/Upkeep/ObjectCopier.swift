internal import API
internal import CFileSync
internal import Cryptography
internal import Glibc

/// Copies objects into another folder, each thread with a copier of its own.
///
/// No file gets its name there before its bytes are safe on the disk. As waiting for the disk after
/// each file would take most of the time, files wait together in staging.
final class ObjectCopier {
  struct Bounds {
    /// What may wait in staging for the disk: lost if the work is cut off.
    var filesMax = 4_096
    var bytesMax: UInt64 = 512 << 20
  }

  /// What has come of one object.
  enum Outcome {
    case cloned, copied
    case fault(UpkeepFaultKind, String)
  }

  private let source: ObjectFiles
  private let target: ObjectFiles
  private let bounds: Bounds
  private let place: (ObjectEntry, _ staged: String) throws -> Void
  private let buffer = ReadBuffer()
  private var waiting: [ObjectEntry] = []
  private var waitingBytes: UInt64 = 0
  private var canClone = true

  /// Makes a copier for one thread; `place` moves a file from staging to its place, once its bytes are
  /// safe.
  init(
    from source: ObjectFiles, to target: ObjectFiles, bounds: Bounds = Bounds(),
    place: ((ObjectEntry, _ staged: String) throws -> Void)? = nil
  ) {
    self.source = source
    self.target = target
    self.bounds = bounds
    self.place =
      place ?? { object, staged in
        try target.makePlace(for: object.hash)
        try SystemCalls.renameFile(staged, to: target.path(of: object.hash))
      }
  }

  /// Copies one object to staging, and now and then all that wait there to their places.
  ///
  /// - Returns: a fault if the object is not what its name says; then there is no copy.
  /// - Throws: what the target's file system refuses.
  func copy(_ object: ObjectEntry, _ advance: (UInt64) -> Void) throws -> Outcome {
    let path = source.path(of: object.hash)
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return Self.fault(SystemCalls.failure("open", path)) }
    defer { close(descriptor) }
    let outcome = try copy(object, from: descriptor, path, advance)
    if case .fault = outcome { return outcome }
    waiting.append(object)
    waitingBytes += object.bytes
    if waiting.count >= bounds.filesMax || waitingBytes >= bounds.bytesMax { try finish() }
    return outcome
  }

  private func copy(
    _ object: ObjectEntry, from descriptor: Int32, _ path: String, _ advance: (UInt64) -> Void
  ) throws -> Outcome {
    let file = try CopiedFile(stagedPath(of: object))
    let isCloned = canClone && file.clone(descriptor)
    canClone = isCloned
    var hash = SHA256()
    var targetFailure: StoreError?
    let bytes: UInt64
    do throws(StoreError) {
      bytes = try SystemCalls.readAll(descriptor, path, into: buffer.room) {
        (chunk) throws(StoreError) in
        hash.update(chunk)
        if !isCloned {
          do throws(StoreError) {
            try file.write(chunk)
          } catch {
            targetFailure = error
            throw error
          }
        }
        advance(UInt64(chunk.count))
      }
    } catch {
      if let targetFailure { throw targetFailure }
      return Self.fault(error)
    }
    guard bytes == object.bytes else {
      return .fault(.damaged, "\(bytes) bytes instead of \(object.bytes)")
    }
    guard ObjectHash(digest: hash.finalize()) == object.hash else {
      return .fault(.damaged, "other bytes than those it is named for")
    }
    if !isCloned { file.startWriting() }
    file.keep()
    return isCloned ? .cloned : .copied
  }

  /// Moves what waits in staging to its places, once it is safe on the disk.
  ///
  /// `others` wait there too, from copiers that were asked for them by `takeWaiting()`.
  func finish(with others: [ObjectEntry] = []) throws {
    let ready = takeWaiting() + others
    guard !ready.isEmpty else { return }
    try SystemCalls.synchronizeAll(in: target.folder)
    for object in ready { try place(object, stagedPath(of: object)) }
  }

  /// Leaves what waits in staging to another copier: one wait for the disk does for both.
  func takeWaiting() -> [ObjectEntry] {
    defer {
      waiting = []
      waitingBytes = 0
    }
    return waiting
  }

  private func stagedPath(of object: ObjectEntry) -> String {
    target.stagingFolder + "/" + object.hash.hex
  }

  static func fault(_ error: StoreError) -> Outcome {
    if case .file(_, _, errno: ENOENT) = error { return .fault(.missing, "there is no file") }
    return .fault(.unreadable, "\(error)")
  }
}

/// A new file, removed with its owner unless it is kept.
private final class CopiedFile {
  private let path: String
  private let descriptor: Int32
  private var isKept = false

  init(_ path: String) throws(StoreError) {
    self.path = path
    descriptor = try SystemCalls.opened(path, O_WRONLY | O_CREAT | O_TRUNC)
  }

  deinit {
    close(descriptor)
    // Staging is emptied before it is used again, if this fails.
    if !isKept { unlink(path) }
  }

  /// Shares the blocks of another file, if the file system can.
  func clone(_ other: Int32) -> Bool {
    let clone: UInt = 0x4004_9409  // FICLONE, which the Swift importer cannot read.
    return ioctl(descriptor, clone, other) == 0
  }

  func write(_ bytes: UnsafeRawBufferPointer) throws(StoreError) {
    try SystemCalls.writeAll(bytes, to: descriptor, path)
  }

  /// Lets the disk begin, so that there is less to wait for later; if it is refused, it is later.
  func startWriting() {
    _ = sync_file_range(descriptor, 0, 0, UInt32(DIYML_SYNC_FILE_RANGE_WRITE))
  }

  func keep() { isKept = true }
}

extension ObjectFiles {
  /// Makes the folders of an object's file; they are not safe on the disk yet.
  func makePlace(for hash: ObjectHash) throws(StoreError) {
    try SystemCalls.makeFolder(outerFolder(of: hash))
    try SystemCalls.makeFolder(innerFolder(of: hash))
  }

  /// Whether there is a file of the right length.
  func has(_ object: ObjectEntry) throws(StoreError) -> Bool {
    guard let status = try SystemCalls.status(path(of: object.hash)) else { return false }
    return status.st_mode & S_IFMT == S_IFREG && status.st_size == off_t(object.bytes)
  }
}
