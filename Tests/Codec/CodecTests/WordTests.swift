import Codec
import CodecTestMessages
import Testing

/// What is read and written eight bytes at a time is the same at every length and every place.
@Suite struct WordTests {
  @Test(arguments: 0..<64) func `a varint of any size is read wherever it lies`(bit: Int) throws {
    let number: UInt64 = 1 << bit | 1
    let last = Scalars(uint64Value: number)
    let alone = try last.serialized()
    #expect(try Scalars(serialized: alone) == last)
    for end in 1..<alone.count {
      #expect(throws: DecodingError(.truncated, at: 0)) { try Scalars(serialized: alone[..<end]) }
    }
    // The number ends a message inside the message, and more follows.
    let lists = Lists(
      uint64Values: [1, number, 1], scalars: [last, Scalars(stringValue: "behind")])
    #expect(try Lists(serialized: lists.serialized()) == lists)
    let cut: [UInt8] = [0x8a, 0x01, UInt8(alone.count - 1)] + alone
    #expect(throws: DecodingError.self) { try Lists(serialized: cut) }
  }

  @Test(arguments: 0..<40) func `a string of any length is checked to its last byte`(
    count: Int
  ) throws {
    let plain = [UInt8](repeating: 0x61, count: count)
    let message = try Scalars(serialized: field(plain))
    #expect(message.stringValue == String(repeating: "a", count: count))
    #expect(try Array(message.serialized()) == (count == 0 ? [] : field(plain)))
    for index in plain.indices {
      var damaged = plain
      damaged[index] = 0xff
      #expect(throws: DecodingError(.invalidUTF8, at: 0)) {
        try Scalars(serialized: field(damaged))
      }
      let letter = plain[..<index] + [0xc3, 0xa9] + plain[index...]
      let read = try Scalars(serialized: field(Array(letter)))
      #expect(Array(read.stringValue.utf8) == Array(letter))
      #expect(try Array(read.serialized()) == field(Array(letter)))
    }
  }

  @Test(arguments: 0..<20) func `a string with more behind it is as any other`(count: Int) throws {
    let behind: [UInt8] = [0x7a, 20] + [UInt8](repeating: 0xff, count: 20)
    for letter in [[0x00], [0x61], [0x7f], [0xc3, 0xa9], [0xf0, 0x9f, 0x90, 0xb6]] as [[UInt8]] {
      for place in 0...count {
        var characters = (0..<UInt8(count)).map { 0x41 + $0 }
        characters.insert(contentsOf: letter, at: place)
        let text = try Scalars(serialized: field(characters) + behind).stringValue
        let same = try #require(String(validating: characters, as: UTF8.self))
        #expect(text == same && text.hashValue == same.hashValue)
        #expect(Array(text.utf8) == characters && Array(text) == Array(same))
        #expect(Array((text + "!").utf8) == characters + [0x21])
        #expect(text.utf8.withContiguousStorageIfAvailable { $0.count } == characters.count)
      }
    }
  }

  @Test(arguments: 0..<20) func `bytes are equal when all of them are`(count: Int) {
    let bytes = (0..<UInt8(count)).map { $0 }
    #expect(Bytes(bytes) == Bytes([7] + bytes)[1...])
    for index in bytes.indices {
      var other = bytes
      other[index] ^= 1
      #expect(Bytes(bytes) != Bytes(other))
    }
  }

  @Test func `the array of a view is its own when it is whole`() {
    let array: [UInt8] = [1, 2, 3]
    let whole = Array(Bytes(array)).withUnsafeBytes { UInt(bitPattern: $0.baseAddress) }
    #expect(whole == array.withUnsafeBytes { UInt(bitPattern: $0.baseAddress) })
    #expect(Array(Bytes(array)[1...]) == [2, 3])
  }

  /// The field `string_value` of `Scalars`.
  private func field(_ characters: [UInt8]) -> [UInt8] {
    [0x72, UInt8(characters.count)] + characters
  }
}
