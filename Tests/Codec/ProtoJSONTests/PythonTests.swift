import Codec
import Descriptors
import Foundation
import ProtoJSON
import Testing

/// Random messages as Python's protobuf wrote them, in both formats; `Scripts/golden-json` makes them.
@Suite struct PythonTests {
  private static func lines() throws -> [(bytes: Bytes, json: String)] {
    let url = try #require(
      Bundle.module.url(forResource: "python", withExtension: "txt", subdirectory: "Fixtures"))
    return try String(contentsOf: url, encoding: .utf8).split(separator: "\n").map { line in
      let parts = line.split(separator: "\t", maxSplits: 1, omittingEmptySubsequences: false)
      let digits = Array(parts[0])
      let bytes = stride(from: 0, to: digits.count, by: 2).compactMap { index in
        UInt8(String(digits[index..<index + 2]), radix: 16)
      }
      return (Bytes(bytes), String(parts[1]))
    }
  }

  @Test func `Python's bytes and Python's JSON are the same messages to us`() throws {
    let lines = try Self.lines()
    #expect(lines.count == 60)
    let schema = try Kinds.protoFile.schema()
    for (bytes, json) in lines {
      let ours = try schema.json(of: bytes, as: Kinds.protoName)
      #expect(try Kinds(json: json).json() == ours)
      #expect(try Kinds(serialized: bytes).json() == ours)
      #expect(try Kinds(json: ours).json() == ours)
    }
  }

  @Test func `our members and values are Python's, but for the digits of numbers`() throws {
    let schema = try Kinds.protoFile.schema()
    for (bytes, json) in try Self.lines() {
      let ours = try schema.json(of: bytes, as: Kinds.protoName)
      #expect(try Self.skeleton(ours) == Self.skeleton(json))
    }
  }

  /// The JSON with each number replaced, since one value may have several texts.
  private static func skeleton(_ json: String) throws -> NSObject {
    func skeleton(_ value: Any) -> NSObject {
      switch value {
      case let object as [String: Any]: object.mapValues(skeleton) as NSDictionary
      case let array as [Any]: array.map(skeleton) as NSArray
      case let string as String: string as NSString
      case is NSNull: NSNull()
      default: "number" as NSString
      }
    }
    return skeleton(try JSONSerialization.jsonObject(with: Data(json.utf8)))
  }
}
