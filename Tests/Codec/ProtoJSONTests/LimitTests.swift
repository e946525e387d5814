import Codec
import Descriptors
import ProtoJSON
import SeededRandom
import Testing

/// Every bound of a text from a stranger, at it and one past it.
@Suite struct LimitTests {
  private func read(_ json: String, _ limits: JSONLimits) throws {
    _ = try Kinds(json: json, options: JSONReadingOptions(limits: limits))
  }

  private func nested(_ name: String, _ depth: Int) -> String {
    String(repeating: "{\"\(name)\":", count: depth) + "{}" + String(repeating: "}", count: depth)
  }

  @Test(arguments: [(0, true), (1, false)])
  func `a text may have that many bytes`(excess: Int, accepted: Bool) {
    let json = #"{"int32Value":1}"#
    let limits = JSONLimits(bytesMax: json.utf8.count - excess)
    #expect(((try? read(json, limits)) != nil) == accepted)
  }

  @Test(arguments: [(0, true), (1, false)])
  func `objects and arrays may be that deep`(excess: Int, accepted: Bool) {
    let limits = JSONLimits(depthMax: 11 - excess)
    #expect(((try? read(nested("recursive", 10), limits)) != nil) == accepted)
  }

  @Test(arguments: [(100, true), (101, false)])
  func `messages may be that deep, as on the wire`(depth: Int, accepted: Bool) throws {
    #expect(((try? read(nested("recursive", depth), JSONLimits())) != nil) == accepted)
  }

  @Test(arguments: [(0, true), (1, false)])
  func `there may be that many values and names`(excess: Int, accepted: Bool) {
    // An object, a name, an array and three numbers.
    let limits = JSONLimits(elementsMax: 6 - excess)
    #expect(((try? read(#"{"int32List":[1,2,3]}"#, limits)) != nil) == accepted)
  }

  @Test(arguments: ["[", "{\"recursive\":", "{\"structure\":{\"a\":", "{\"value\":[["])
  func `a text of nothing but beginnings costs no stack`(beginning: String) {
    let json = String(repeating: beginning, count: 1_000_000)
    #expect(throws: JSONError.self) { try Kinds(json: json) }
  }

  @Test func `values nested to the limit are read and printed`() throws {
    let depth = 49
    let json =
      #"{"value":"# + String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
      + "}"
    #expect(try Kinds(json: json).json() == json)
    let deeper = json.replacing("[]", with: "[[[]]]")
    #expect(throws: JSONError.self) { try Kinds(json: deeper) }
  }

  @Test func `an Any in an Any is counted`() throws {
    func json(_ depth: Int) -> String {
      let begin = #"{"@type":"a/google.protobuf.Any","value":"#
      return #"{"any":"# + String(repeating: begin, count: depth) + "{}"
        + String(repeating: "}", count: depth) + "}"
    }
    #expect(try Kinds(json: json(90)).json() == json(90))
    #expect(throws: JSONError.self) { try Kinds(json: json(100)) }
  }

  @Test(arguments: [(100, true), (101, false)])
  func `bytes may hold messages that deep`(depth: Int, accepted: Bool) throws {
    var bytes: [UInt8] = []
    for _ in 0..<depth {
      var length: [UInt8] = []
      var rest = bytes.count
      while rest >= 0x80 {
        length.append(UInt8(rest & 0x7F) | 0x80)
        rest >>= 7
      }
      bytes = [0xDA, 0x01] + length + [UInt8(rest)] + bytes
    }
    let schema = try Kinds.protoFile.schema()
    let json = try? schema.json(of: Bytes(bytes), as: Kinds.protoName)
    #expect((json != nil) == accepted)
  }

  @Test(arguments: [(0, true), (1, false)])
  func `bytes may hold that many elements`(excess: Int, accepted: Bool) throws {
    let schema = try Kinds.protoFile.schema()
    let options = JSONPrintingOptions(limits: DecodingLimits(elementsMax: 3 - excess))
    for bytes: Bytes in [[0xFA, 0x01, 3, 1, 2, 3], [8, 1, 8, 2, 8, 3]] {
      let json = try? schema.json(of: bytes, as: Kinds.protoName, options: options)
      #expect((json != nil) == accepted)
    }
  }

  @Test func `a printed text has a limit too`() throws {
    let message = Kinds(innerList: Array(repeating: Kinds.Inner(a: 1), count: 1000))
    let length = try message.json().utf8.count
    #expect(throws: JSONError.self) {
      try message.json(JSONPrintingOptions(outputBytesMax: length / 2))
    }
  }

  @Test func `text that is not UTF-8 is refused wherever it stands`() {
    let prefix = Array(#"{"stringValue":""#.utf8)
    for bad: [UInt8] in [
      [0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xE2],
    ] {
      #expect(throws: JSONError.self) { try Kinds(json: prefix + bad + Array("\"}".utf8)) }
    }
    for control: UInt8 in 0..<0x20 {
      #expect(throws: JSONError.self) { try Kinds(json: prefix + [control] + Array("\"}".utf8)) }
    }
    #expect(throws: Never.self) { try Kinds(json: prefix + [0x7F] + Array("\"}".utf8)) }
  }

  @Test(arguments: 0..<200 as Range<UInt64>)
  func `a text cut off or changed is read or refused, never more`(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let example = Case.wellKnown[Int(seed) % Case.wellKnown.count]
    var bytes = Array(example.json.utf8)
    for _ in 0..<(1 + random.next() % 3) where !bytes.isEmpty {
      let index = Int(random.next() % UInt64(bytes.count))
      switch random.next() % 3 {
      case 0: bytes.remove(at: index)
      case 1: bytes[index] = UInt8(truncatingIfNeeded: random.next())
      default: bytes.insert(Array("{}[]\",:0-e\\u".utf8)[Int(random.next() % 12)], at: index)
      }
    }
    do {
      let message = try Kinds(json: bytes)
      #expect(try Kinds(json: message.json()).serialized() == message.serialized())
    } catch is JSONError {
      // Refused, which is as good.
    }
  }
}
