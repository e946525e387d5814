import Codec
import CodecTestMessages
import Testing

/// Each limit at its bound and one past it.
@Suite struct LimitTests {
  @Test(arguments: [(0, true), (1, false)])
  func `a message has at most so many bytes`(surplus: Int, isAccepted: Bool) throws {
    let bytes = try Scalars(stringValue: String(repeating: "x", count: 97 + surplus)).serialized()
    let limits = DecodingLimits(bytesMax: 99)
    if isAccepted {
      #expect(try Scalars(serialized: bytes, limits: limits).stringValue.count == 97)
    } else {
      #expect(throws: DecodingError(.tooLarge(bytes: 100, limit: 99), at: 0)) {
        try Scalars(serialized: bytes, limits: limits)
      }
    }
  }

  /// The bytes of a message with `depth` messages around one another, which no message of ours can
  /// be made into when it is too deep.
  private func nested(_ depth: Int, tag: UInt8) -> [UInt8] {
    var bytes: [UInt8] = []
    for _ in 0..<depth {
      let count = bytes.count
      bytes =
        [tag] + (count < 128 ? [UInt8(count)] : [UInt8(count & 127 | 128), UInt8(count >> 7)])
        + bytes
    }
    return bytes
  }

  @Test(arguments: [0x12, 0x22, 0x2a] as [UInt8])
  func `messages are nested at most 100 deep by default`(tag: UInt8) throws {
    #expect(throws: Never.self) { try Tree(serialized: nested(100, tag: tag)) }
    let error = try #require(throws: DecodingError.self) {
      try Tree(serialized: nested(101, tag: tag))
    }
    #expect(error.reason == .tooDeep(limit: 100))
  }

  @Test func `the limit on depth counts groups`() throws {
    func groups(_ depth: Int) -> [UInt8] {
      Array(repeating: 0x0b, count: depth) + Array(repeating: 0x0c, count: depth)
    }
    #expect(throws: Never.self) { try Nothing(serialized: groups(100)) }
    #expect(throws: DecodingError(.tooDeep(limit: 100), at: 100)) {
      try Nothing(serialized: groups(101))
    }
    let limits = DecodingLimits(depthMax: 3)
    func inside(_ depth: Int) -> [UInt8] {
      let field = [0x53] + groups(depth) + [0x54]
      return [0x12, UInt8(field.count + 2), 0x12, UInt8(field.count)] + field
    }
    #expect(throws: Never.self) { try Tree(serialized: inside(0), limits: limits) }
    #expect(throws: DecodingError(.tooDeep(limit: 3), at: 5)) {
      try Tree(serialized: inside(1), limits: limits)
    }
  }

  @Test func `a million open groups cost no stack`() throws {
    let bytes = [UInt8](repeating: 0x0b, count: 1_000_000)
    let limits = DecodingLimits(depthMax: .max)
    #expect(throws: DecodingError(.unbalancedGroup(fieldNumber: 1), at: 999_999)) {
      try Nothing(serialized: bytes, limits: limits)
    }
  }

  @Test func `what is decoded at the limit can be written, and no deeper`() throws {
    let deepest = try Tree(serialized: nested(100, tag: 0x12))
    #expect(try Array(deepest.serialized()) == nested(100, tag: 0x12))
    #expect(throws: EncodingError.tooDeep(limit: 100)) { try Tree(left: deepest).serialized() }
    #expect(throws: EncodingError.tooDeep(limit: 100)) {
      try Tree(children: [deepest]).serialized()
    }
    #expect(throws: EncodingError.tooDeep(limit: 100)) {
      try Tree(link: .next(deepest)).serialized()
    }
  }

  static let elements: [(Lists, Int)] = [
    (Lists(int32Values: [1, 2, 3]), 3),
    (Lists(doubleValues: [1, 2, 3]), 3),
    (Lists(boolValues: [true], stringValues: ["a", "b"]), 3),
    (Lists(scalars: [Scalars(), Scalars()]), 2),
  ]

  @Test(arguments: elements)
  func `lists have at most so many elements together`(message: Lists, count: Int) throws {
    let bytes = try message.serialized()
    let enough = DecodingLimits(elementsMax: count)
    let tooFew = DecodingLimits(elementsMax: count - 1)
    #expect(try Lists(serialized: bytes, limits: enough) == message)
    let error = try #require(throws: DecodingError.self) {
      try Lists(serialized: bytes, limits: tooFew)
    }
    #expect(error.reason == .tooManyElements(limit: count - 1))
  }

  @Test func `elements are counted through all messages, and entries of maps too`() throws {
    let message = Tree(
      children: [Tree(children: [Tree()], named: ["a": Tree()])], named: ["b": Tree()])
    let bytes = try message.serialized()
    #expect(try Tree(serialized: bytes, limits: DecodingLimits(elementsMax: 4)) == message)
    let error = try #require(throws: DecodingError.self) {
      try Tree(serialized: bytes, limits: DecodingLimits(elementsMax: 3))
    }
    #expect(error.reason == .tooManyElements(limit: 3))
  }

  /// What one more message of each kind takes of the memory for messages and maps.
  static let memory: [(Tree, Int)] = [
    (Tree(children: [Tree()]), MemoryLayout<Tree>.stride + 64),
    (Tree(children: [Tree(), Tree()]), 2 * MemoryLayout<Tree>.stride + 64),
    (Tree(left: Tree()), MemoryLayout<Tree>.size + 48),
    (Tree(link: .next(Tree())), MemoryLayout<Tree>.size + 48),
    (
      Tree(named: ["": Tree()]),
      2 * (MemoryLayout<String>.stride + MemoryLayout<Tree>.stride) + 128
    ),
  ]

  @Test(arguments: memory)
  func `messages and maps take at most so much memory`(message: Tree, bytes: Int) throws {
    let serialized = try message.serialized()
    let enough = DecodingLimits(memoryPerByteMax: 0, memoryBytesFree: bytes)
    let tooLittle = DecodingLimits(memoryPerByteMax: 0, memoryBytesFree: bytes - 1)
    #expect(try Tree(serialized: serialized, limits: enough) == message)
    let error = try #require(throws: DecodingError.self) {
      try Tree(serialized: serialized, limits: tooLittle)
    }
    #expect(error.reason == .tooMuchMemory(limit: bytes - 1))
  }

  @Test func `memory grows with the bytes of the message, and no limit overflows`() throws {
    let message = try Tree(children: [Tree()]).serialized()
    let needed = MemoryLayout<Tree>.stride + 64
    let perByte = (needed + message.count - 1) / message.count
    let enough = DecodingLimits(memoryPerByteMax: perByte, memoryBytesFree: 0)
    #expect(throws: Never.self) { try Tree(serialized: message, limits: enough) }
    let tooLittle = DecodingLimits(memoryPerByteMax: perByte - 1, memoryBytesFree: 0)
    #expect(throws: DecodingError.self) { try Tree(serialized: message, limits: tooLittle) }
    let huge = DecodingLimits(memoryPerByteMax: .max, memoryBytesFree: .max)
    #expect(throws: Never.self) { try Tree(serialized: message, limits: huge) }
  }

  @Test func `a part that is merged into a message costs no new one`() throws {
    let parts = Array(repeatElement([0x12, 0x00] as [UInt8], count: 1_000).joined())
    let limits = DecodingLimits(
      memoryPerByteMax: 0, memoryBytesFree: MemoryLayout<Tree>.size + 48)
    #expect(try Tree(serialized: parts, limits: limits) == Tree(left: Tree()))
  }

  @Test func `a message says what it refuses and why`() {
    let limit = DecodingError(.tooLarge(bytes: 100, limit: 99), at: 0)
    #expect("\(limit)" == "the message has 100 bytes; the limit is 99 at byte 0")
    #expect("\(EncodingError.tooDeep(limit: 100))" == "messages are nested deeper than 100")
  }
}
