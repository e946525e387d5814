import Codec
import CodecTestMessages
import Foundation
import Testing

/// One case of the public conformance suite, as `Scripts/judge/cases.py` derives it from the format's
/// specification and Python's protobuf confirms it.
struct ConformanceCase {
  let name: String
  let type: any Message.Type
  let input: [UInt8]
  /// The message as it must be written; nil if it must be refused.
  let output: [UInt8]?

  /// What the case is about: its name up to the first dot or bracket.
  var theme: String { String(name.prefix { $0 != "." && $0 != "[" }) }

  /// Every case of the fixture.
  static func load() throws -> [ConformanceCase] {
    let url = try #require(
      Bundle.module.url(forResource: "conformance", withExtension: "txt", subdirectory: "Fixtures"))
    let types = Dictionary(uniqueKeysWithValues: Everything.all.map { ($0.protoName, $0) })
    return try String(contentsOf: url, encoding: .utf8).split(separator: "\n").map { line in
      let words = line.split(separator: " ").map(String.init)
      try #require(words.count == 4, "\(line)")
      return ConformanceCase(
        name: words[0], type: try #require(types[words[1]], "\(line)"), input: bytes(words[2]),
        output: words[3] == "refused" ? nil : bytes(words[3]))
    }
  }

  private static func bytes(_ word: String) -> [UInt8] {
    word == "-" ? [] : hex(word)
  }

  /// What our codec makes of the input; nil if it refuses it.
  func written() throws -> [UInt8]? {
    do {
      return try Array(type.init(serialized: input).serialized())
    } catch is DecodingError {
      return nil
    }
  }
}
