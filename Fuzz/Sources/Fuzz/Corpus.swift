import Foundation
import FuzzProperties

/// The folder of inputs that libFuzzer begins with and adds to.
struct Corpus {
  let folder: String

  /// Writes the seeds of a target, and `FOLDER.dict`.
  func write(_ target: FuzzTarget) throws {
    let url = URL(filePath: folder, directoryHint: .isDirectory)
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    for (index, seed) in target.seeds.enumerated() {
      try Data(seed).write(to: url.appending(path: "seed-\(index)"))
    }
    let lines = target.dictionary.map { piece in
      "\"" + piece.map { byte in "\\x" + Self.hex(byte) }.joined() + "\"\n"
    }
    try Data(lines.joined().utf8).write(to: URL(filePath: folder + ".dict"))
  }

  private static func hex(_ byte: UInt8) -> String {
    let digits = String(byte, radix: 16)
    return byte < 16 ? "0" + digits : digits
  }
}
