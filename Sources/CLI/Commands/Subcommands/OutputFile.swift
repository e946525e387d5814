import Codec
import Foundation

/// A file that takes its name only when all of it has been written.
final class OutputFile: Sendable {
  private let path: String
  private let partial: String
  private let file: FileHandle
  private let written = Shared<Int64>(0)
  private let isFinished = Shared(false)

  /// - Throws: `CommandFailure.local` when there is such a file and it may not be overwritten, or
  ///   when the folder cannot be written.
  init(path: String, overwrites: Bool) throws {
    if !overwrites, FileManager.default.fileExists(atPath: path) {
      throw CommandFailure.local("\(path) exists already", hint: "--force overwrites it")
    }
    self.path = path
    partial = "\(path).\(UUID().uuidString).partial"
    guard FileManager.default.createFile(atPath: partial, contents: nil),
      let file = FileHandle(forWritingAtPath: partial)
    else { throw CommandFailure.local("\(path) cannot be written") }
    self.file = file
  }

  func write(_ bytes: Bytes) throws {
    try file.write(contentsOf: Data(bytes))
    written.withLock { $0 += Int64(bytes.count) }
  }

  /// Puts the file in its place.
  ///
  /// - Throws: `CommandFailure.local` when it does not have the promised length.
  func finish(bytes: Int64) throws {
    let count = written.withLock { $0 }
    guard count == bytes else {
      throw CommandFailure.local("received \(count) of \(bytes) bytes of the image")
    }
    try file.close()
    guard rename(partial, path) == 0 else {
      throw CommandFailure.local("\(path) cannot be written: \(String(cString: strerror(errno)))")
    }
    isFinished.withLock { $0 = true }
  }

  deinit {
    if !isFinished.withLock({ $0 }) { unlink(partial) }
  }
}
