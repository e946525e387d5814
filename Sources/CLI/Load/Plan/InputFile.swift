import Codec
import CommandLineKit
import Foundation

/// Files that the arguments name.
enum InputFile {
  /// A path as a file in `folder` names it.
  static func path(_ path: String, in folder: String) -> String {
    folder.isEmpty || path.hasPrefix("/") ? path : folder + "/" + path
  }

  /// The whole file.
  ///
  /// - Throws: `CommandFailure.local` if it cannot be read or has more than `bytesMax` bytes.
  static func bytes(at path: String, bytesMax: Int = PlanLimits.requestBytesMax) throws -> Bytes {
    let shown = TextWidth.printable(path)
    do {
      let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
      let contents = try file.read(upToCount: bytesMax + 1) ?? Data()
      try file.close()
      guard contents.count <= bytesMax else {
        throw CommandFailure.local("file '\(shown)' has over \(bytesMax) bytes")
      }
      return Bytes([UInt8](contents))
    } catch let error as CocoaError {
      throw CommandFailure.local("file '\(shown)' cannot be read: \(error.localizedDescription)")
    }
  }
}
