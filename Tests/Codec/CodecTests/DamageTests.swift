import Codec
import CodecTestMessages
import SeededRandom
import Testing

/// Bytes that are no message are refused with what is wrong and where.
@Suite struct DamageTests {
  static let damaged: [(String, DecodingError.Reason, Int)] = [
    ("18", .truncated, 0),
    ("18 96", .truncated, 0),
    ("68 01 18 96", .truncated, 2),
    ("18 80808080808080808080 01", .overlongVarint, 0),
    ("18 ffffffffffffffffff 02", .overlongVarint, 0),
    ("80808080808080808080 01", .overlongVarint, 0),
    ("09 01020304050607", .truncated, 0),
    ("15 010203", .truncated, 0),
    ("72", .truncated, 0),
    ("72 02 61", .truncated, 0),
    ("72 ffffffffffffffffff01", .truncated, 0),
    ("72 ffffffff0f", .truncated, 0),
    ("7a 01", .truncated, 0),
    ("00 01", .invalidFieldNumber(0), 0),
    ("02 00", .invalidFieldNumber(0), 0),
    ("8080808010 00", .invalidFieldNumber(0x2000_0000), 0),
    ("ffffffffffffffffff01", .invalidFieldNumber(.max >> 3), 0),
    ("0e", .invalidWireType(6), 0),
    ("0f", .invalidWireType(7), 0),
    ("68 01 a6 06", .invalidWireType(6), 2),
    ("72 01 80", .invalidUTF8, 0),
    ("72 02 c3 28", .invalidUTF8, 0),
    ("72 02 c0 80", .invalidUTF8, 0),  // an overlong NUL
    ("72 03 ed a0 80", .invalidUTF8, 0),  // half of a surrogate pair
    ("72 04 f4 90 80 80", .invalidUTF8, 0),  // above U+10FFFF
    ("72 01 ff", .invalidUTF8, 0),
  ]

  @Test(arguments: damaged)
  func `damaged bytes are refused`(bytes: String, reason: DecodingError.Reason, offset: Int) {
    #expect(throws: DecodingError(reason, at: offset)) { try Scalars(serialized: hex(bytes)) }
  }

  static let damagedLists: [(String, DecodingError.Reason)] = [
    ("1a 02 01", .truncated),
    ("1a 01 80", .truncated),
    ("4a 03 000000", .truncated),
    ("0a 09 000000000000000000", .truncated),
    ("8a 01 02 18", .truncated),
    ("8a 01 01 18", .truncated),
    ("8a 01 03 72 02 61 61", .truncated),
    ("72 01 ff", .invalidUTF8),
  ]

  @Test(arguments: damagedLists)
  func `a value does not reach past the message that holds it`(
    bytes: String, reason: DecodingError.Reason
  ) throws {
    let error = try #require(throws: DecodingError.self) { try Lists(serialized: hex(bytes)) }
    #expect(error.reason == reason)
  }

  @Test func `a string in a map is checked too`() throws {
    let error = try #require(throws: DecodingError.self) {
      try Maps(serialized: hex("0a 03 0a 01 ff"))
    }
    #expect(error.reason == .invalidUTF8)
    #expect(error.offset == 2)
  }

  @Test func `every cut through a field is found`() throws {
    try checkCuts(Everything.scalars)
    try checkCuts(Everything.lists)
    try checkCuts(Everything.maps)
    try checkCuts(Everything.choice)
  }

  /// A cut between two fields leaves a shorter message; any other must be a `.truncated`.
  private func checkCuts<Value: Message>(_ message: Value) throws {
    let bytes = try Array(message.serialized())
    var borders = 0
    for count in 0..<bytes.count {
      do {
        let part = try Value(serialized: Array(bytes[..<count]))
        #expect(part != message)
        borders += 1
      } catch {
        #expect(error.reason == .truncated, "cut at \(count)")
        #expect(error.offset < max(count, 1))
      }
    }
    #expect(borders < bytes.count / 2)
  }

  @Test func `offsets count from the beginning of the view`() throws {
    let all = Bytes(hex("ffff 18 01 72 02 61"))
    let error = try #require(throws: DecodingError.self) {
      try Scalars(serialized: all[2..<7])
    }
    #expect(error == DecodingError(.truncated, at: 2))
    #expect("\(error)" == "the message ends inside a value at byte 2")
  }

  @Test(arguments: 0..<500 as Range<UInt64>)
  func `bytes changed at random are refused or become a message that can be written`(
    seed: UInt64
  ) throws {
    var random = SeededGenerator(seed: seed)
    try change(Everything.scalars, using: &random)
    try change(Everything.lists, using: &random)
    try change(Everything.maps, using: &random)
    try change(Everything.choice, using: &random)
    try change(Everything.sample, using: &random)
  }

  private func change<Value: Message>(
    _ message: Value, using random: inout SeededGenerator
  ) throws {
    var bytes = try Array(message.serialized())
    for _ in 0..<Int.random(in: 1...4, using: &random) {
      let index = Int.random(in: 0..<bytes.count, using: &random)
      bytes[index] = UInt8.random(in: 0...255, using: &random)
    }
    do {
      let decoded = try Value(serialized: bytes)
      let written = try decoded.serialized()
      // Bytes are compared, not messages: a NaN does not equal itself.
      #expect(try Value(serialized: written).serialized() == written)
    } catch let error as DecodingError {
      #expect(error.offset >= 0 && error.offset < bytes.count)
    }
  }
}
