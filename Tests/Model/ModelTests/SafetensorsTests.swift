import Foundation
import SeededRandom
import Testing

@testable import Model

struct SafetensorsTests {
  @Test func `tensors and texts survive the way to a file and back`() throws {
    let folder = try TemporaryFolder()
    let weights = Weights([
      "a": try Tensor([1.5, -2, 3, 4], shape: [2, 2]),
      "index": try Tensor(indexes: [-1, 1 << 40]),
      "pixels": try Tensor(bytes: [1, 2, 255], type: .uint8, shape: [3, 1]),
      "empty": try Tensor([], shape: [0, 7]),
    ])
    let texts = ["text": "quote \" backslash \\ newline \n snowman \u{2603} \u{1F600}"]
    try SafetensorsFile(weights: weights, metadata: texts).write(to: "\(folder.path)/model")
    let read = try SafetensorsFile(path: "\(folder.path)/model")
    #expect(read.metadata == texts)
    #expect(Set(read.weights.tensors.keys) == Set(weights.tensors.keys))
    for (name, tensor) in weights.tensors {
      let other = try #require(read.weights.tensors[name])
      #expect(other.shape == tensor.shape)
      #expect(other.elementType == tensor.elementType)
      #expect(try other.bytes() == tensor.bytes())
    }
  }

  @Test func `a file by the reference implementation is read`() throws {
    let golden = try Fixtures.golden("golden-logits")
    #expect(golden["photo"]?.shape == [1000])
  }

  @Test func `the same tensors always give the same bytes`() throws {
    func bytes() throws -> Data {
      let weights = Weights([
        "x": try Tensor([1], shape: [1]), "y": try Tensor([2], shape: [1]),
        "z": try Tensor(bytes: [1], type: .uint8, shape: [1]),
      ])
      return try SafetensorsFile(weights: weights, metadata: ["k": "v", "a": "b"]).serialized()
    }
    #expect(try bytes() == bytes())
  }

  @Test func `a file that is not there is an error with its path`() {
    #expect {
      try SafetensorsFile(path: "/nonexistent/model")
    } throws: { error in
      "\(error)".hasPrefix("/nonexistent/model: ")
    }
  }

  @Test func `every cut of a good file is refused`() throws {
    let weights = Weights(["a": try Tensor([1, 2], shape: [2])])
    let whole = [UInt8](try SafetensorsFile(weights: weights, metadata: [:]).serialized())
    for length in 0..<whole.count {
      #expect(throws: ModelError.self) { try SafetensorsFile(content: Array(whole.prefix(length))) }
    }
    #expect(throws: ModelError.self) { try SafetensorsFile(content: whole + [0]) }
  }

  @Test(arguments: 0..<300 as Range<UInt64>)
  func `a damaged header is read or refused, never trapped on`(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let weights = Weights([
      "a": try Tensor([1, 2], shape: [2]), "b": try Tensor([3], shape: [1]),
    ])
    var content = [UInt8](
      try SafetensorsFile(weights: weights, metadata: ["k": "v"]).serialized())
    for _ in 0..<Int.random(in: 1...4, using: &random) {
      let position = Int.random(in: 0..<content.count, using: &random)
      content[position] = UInt8.random(in: 0...255, using: &random)
    }
    do { _ = try SafetensorsFile(content: content) } catch { #expect(!"\(error)".isEmpty) }
  }

  struct BadHeader: Sendable, CustomTestStringConvertible {
    var json: String
    var dataBytes = 8
    var error: SafetensorsError?
    var testDescription: String { json }
  }

  static let good = #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#

  static let badHeaders: [BadHeader] = [
    .init(json: ""),
    .init(json: "[]"),
    .init(json: good + "x"),
    .init(json: #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},}"#),
    .init(json: #"{"a":{"dtype":"F32","shape":[2]}}"#),
    .init(json: #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8],"more":[]}}"#),
    .init(json: #"{"a":{"dtype":"F32","dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#),
    .init(json: #"{"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}"#),
    .init(json: #"{"a":{"dtype":"F32","shape":[02],"data_offsets":[0,8]}}"#),
    .init(json: #"{"a":{"dtype":"F32","shape":[2.0],"data_offsets":[0,8]}}"#),
    .init(json: #"{"a":{"dtype":"F32","shape":[[2]],"data_offsets":[0,8]}}"#),
    .init(json: #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8,8]}}"#),
    .init(json: #"{"a":{"dtype":"F32","shape":[99999999999999999999],"data_offsets":[0,8]}}"#),
    .init(json: #"{"\ud800":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#),
    .init(json: "{\"\u{01}\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}"),
    .init(
      json: #"{"a":{"dtype":"F16","shape":[4],"data_offsets":[0,8]}}"#,
      error: .unknownType(tensor: "a", type: "F16")),
    .init(
      json: #"{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}"#,
      error: .badOffsets(tensor: "a", reason: "the shape needs 12 bytes, not 8")),
    .init(
      json: #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}"#,
      error: .badOffsets(tensor: "a", reason: "begins at 8 and ends at 0")),
    .init(
      json: #"{"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,8]}}"#,
      error: .badOffsets(
        tensor: "a", reason: "the shape [4294967296, 4294967296] is too large")),
    .init(json: good, dataBytes: 9, error: .uncovered(bytes: 8, of: 9)),
    .init(
      json: good, dataBytes: 7,
      error: .badOffsets(tensor: "a", reason: "ends at 8 of 7 bytes")),
    .init(
      json: #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#,
      error: .badOffsets(tensor: "a", reason: "begins at 4, not at 0")),
    .init(
      json: """
        {"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},\
        "b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}
        """,
      error: .badOffsets(tensor: "b", reason: "begins at 4, not at 8")),
    .init(
      json: """
        {"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},\
        "a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}
        """, error: .duplicateName("a")),
    .init(
      json: #"{"__metadata__":{"k":"v","k":"w"}}"#, dataBytes: 0, error: .duplicateName("k")),
    .init(json: #"{"__metadata__":{"k":1}}"#, dataBytes: 0),
  ]

  @Test(arguments: badHeaders)
  func `a bad header is refused for its reason`(_ bad: BadHeader) {
    do {
      // Padded in front, so that alignment is not what fails.
      var json = Array(bad.json.utf8)
      while json.count % 8 != 0 { json.insert(UInt8(ascii: " "), at: 0) }
      _ = try SafetensorsHeader(json: json, dataBytes: bad.dataBytes)
      Issue.record("accepted")
    } catch {
      if let expected = bad.error { #expect(error == expected) }
    }
  }

  @Test func `unaligned data is refused`() {
    let json = Array((Self.good + " ").utf8)
    #expect(throws: SafetensorsError.self) { try SafetensorsHeader(json: json, dataBytes: 8) }
  }

  @Test(arguments: [(0, true), (1, false)])
  func `the header's length is judged at its limit`(excess: Int, accepted: Bool) {
    let limits = SafetensorsHeader.Limits()
    let length = UInt64(limits.headerBytesMax + excess)
    let prefix = (0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) }
    let result = Result {
      try SafetensorsHeader.length(prefix: prefix, fileBytes: 1 << 40, limits: limits)
    }
    #expect((try? result.get()) == (accepted ? limits.headerBytesMax : nil))
    let huge = Array(repeating: UInt8.max, count: 8)
    #expect(throws: SafetensorsError.self) {
      try SafetensorsHeader.length(prefix: huge, fileBytes: .max, limits: limits)
    }
  }

  enum Bound: CaseIterable { case data, tensors, dimensions, name, entries, value }

  @Test(arguments: Bound.allCases, [0, 1])
  func `each limit holds at its bound and one past it`(bound: Bound, excess: Int) {
    var limits = SafetensorsHeader.Limits()
    limits.dataBytesMax = 8
    limits.tensorsMax = 1
    limits.dimensionsMax = 2
    limits.nameBytesMax = 12
    limits.metadataEntriesMax = 1
    limits.metadataValueBytesMax = 3
    func entry(_ name: String, shape: String, bytes: Range<Int>) -> String {
      let offsets = "\(bytes.lowerBound),\(bytes.upperBound)"
      return #""\#(name)":{"dtype":"U8","shape":[\#(shape)],"data_offsets":[\#(offsets)]}"#
    }
    func header(tensors: Int = 1, dimensions: Int = 2, name: Int = 12) -> String {
      let shape = Array(repeating: "1", count: dimensions).joined(separator: ",")
      let all = (0..<tensors).map { index in
        let name = String(repeating: Character("\(index)"), count: name)
        return entry(name, shape: shape, bytes: index..<index + 1)
      }
      return all.joined(separator: ",")
    }
    func metadata(entries: Int = 1, value: Int = 3) -> String {
      let text = String(repeating: "v", count: value)
      let all = (0..<entries).map { "\"\($0)\":\"\(text)\"" }
      return "\"__metadata__\":{\(all.joined(separator: ","))}"
    }
    let (json, dataBytes) =
      switch bound {
      case .data: (entry("d", shape: "\(8 + excess)", bytes: 0..<8 + excess), 8 + excess)
      case .tensors: (header(tensors: 1 + excess), 1 + excess)
      case .dimensions: (header(dimensions: 2 + excess), 1)
      case .name: (header(name: 12 + excess), 1)
      case .entries: (metadata(entries: 1 + excess), 0)
      case .value: (metadata(value: 3 + excess), 0)
      }
    let result = Result {
      try SafetensorsHeader(json: Array("{\(json)}".utf8), dataBytes: dataBytes, limits: limits)
    }
    if excess == 0 {
      #expect(throws: Never.self) { try result.get() }
    } else {
      #expect { try result.get() } throws: { error in
        guard case SafetensorsError.tooLarge(_, let value, let limit) = error else { return false }
        return value == limit + 1
      }
    }
  }
}
