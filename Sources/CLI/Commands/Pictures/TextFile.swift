import Foundation

/// Pages, drawings and reports as files.
package enum TextFile {
  /// Writes the whole file or nothing, in the place of one that is there.
  ///
  /// - Throws: `CommandFailure.local` when it cannot be written.
  package static func write(_ text: String, to path: String) throws {
    try write(Data(text.utf8), to: path)
  }

  /// The same of bytes.
  static func write(_ bytes: Data, to path: String) throws {
    do {
      try bytes.write(to: URL(fileURLWithPath: path), options: .atomic)
    } catch let error as CocoaError {
      throw CommandFailure.local(
        "file '\(TextWidth.printable(path))' cannot be written: \(error.localizedDescription)")
    }
  }
}
