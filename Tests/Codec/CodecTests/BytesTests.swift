import Codec
import CodecTestMessages
import Testing

@Suite struct BytesTests {
  private let digits: Bytes = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]

  private func address(_ bytes: Bytes) -> UInt {
    bytes.withUnsafeBytes { UInt(bitPattern: $0.baseAddress) }
  }

  @Test func `a slice is a view of the same memory`() {
    let slice = digits[3..<7]
    #expect(Array(slice) == [3, 4, 5, 6])
    #expect(slice.startIndex == 3 && slice[3] == 3)
    #expect(Array(slice[4...5]) == [4, 5])
    #expect(address(slice) == address(digits) + 3)
    #expect(address(slice.dropFirst()) == address(digits) + 4)
  }

  @Test func `decoded bytes are a view of what was decoded`() throws {
    let message = Lists(
      bytesValues: [Bytes([UInt8](repeating: 1, count: 100)), [2]],
      scalars: [Scalars(bytesValue: [3])])
    let serialized = try message.serialized()
    let decoded = try Lists(serialized: serialized)
    let range = address(serialized)..<(address(serialized) + UInt(serialized.count))
    #expect(decoded == message)
    #expect(decoded.bytesValues.allSatisfy { range.contains(address($0)) })
    #expect(decoded.scalars.allSatisfy { range.contains(address($0.bytesValue)) })
  }

  @Test func `a message can be decoded from a slice`() throws {
    let whole = Bytes([9, 9] + (try Everything.scalars.serialized()) + [9])
    #expect(try Scalars(serialized: whole[2..<(whole.count - 1)]) == Everything.scalars)
  }

  @Test func `compacted bytes let go of the rest`() {
    let slice = digits[3..<7]
    #expect(slice.compacted() == slice)
    #expect(slice.compacted().startIndex == 0)
    #expect(address(digits.compacted()) == address(digits))
  }

  @Test func `equal bytes are equal wherever they lie`() {
    let other: Bytes = [3, 4, 5, 6]
    #expect(digits[3..<7] == other)
    #expect(digits[3..<7].hashValue == other.hashValue)
    #expect(digits[3..<7] != digits[2..<6])
    #expect(Set([digits[3..<7], other, Bytes()]).count == 2)
  }

  @Test func `any sequence of bytes becomes bytes`() {
    #expect(Bytes([1, 2, 3].lazy.map { UInt8($0) }) == [1, 2, 3])
    #expect(Bytes("abc".utf8) == [97, 98, 99])
    #expect(Bytes(AnySequence(digits[2..<4])) == [2, 3])
    #expect(Bytes().isEmpty && Array(Bytes()).isEmpty)
  }

  @Test func `a description is short`() {
    #expect("\(digits[..<3])" == "3 bytes: 000102")
    #expect("\(Bytes([UInt8](repeating: 255, count: 17)))".hasSuffix("ff…"))
  }
}
