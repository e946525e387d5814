import Codec
import CodecTestMessages
import Testing

@Suite struct SegmentTests {
  private static let lentBytesMin = 16 << 10
  private static let long = Bytes((0..<40_000).map { UInt8(truncatingIfNeeded: $0 &* 31) })

  private func segments(_ bytes: SegmentedBytes, in range: Range<Int>? = nil) -> [Bytes] {
    var segments: [Bytes] = []
    bytes.forEachSegment(in: range ?? 0..<bytes.count) { segments.append($0) }
    return segments
  }

  private func address(_ bytes: Bytes) -> UInt {
    bytes.withUnsafeBytes { UInt(bitPattern: $0.baseAddress) }
  }

  /// Checks that the message is the same in segments, of which these are lent.
  private func check(_ message: some Message, lends lent: [Bytes]) throws {
    let whole = try message.serialized()
    let cut = try message.serializedInSegments()
    #expect(cut.joined() == whole)
    #expect(cut.count == whole.count)
    let addresses = Set(segments(cut).map(address))
    for bytes in lent { #expect(addresses.contains(address(bytes))) }
    // A message never begins with what is lent: tag and length stand before it.
    #expect((lent.count...(2 * lent.count + 1)).contains(segments(cut).count))
  }

  @Test func `bytes are lent from a length on`() throws {
    let short = Self.long[..<(Self.lentBytesMin - 1)]
    let enough = Self.long[5..<(Self.lentBytesMin + 5)]
    #expect(segments(try Scalars(bytesValue: short).serializedInSegments()).count == 1)
    #expect(segments(try Scalars(bytesValue: enough).serializedInSegments()).count == 2)
    try check(Scalars(bytesValue: enough), lends: [enough])
  }

  @Test func `a message without long bytes is one segment`() throws {
    try check(Scalars(), lends: [])
    try check(Everything.scalars, lends: [])
    try check(Scalars(stringValue: String(repeating: "x", count: 40_000)), lends: [])
    let empty = try Scalars().serializedInSegments()
    #expect(empty.count == 0)
  }

  @Test func `bytes are lent from wherever they stand`() throws {
    let long = Self.long
    let other = long[20_000...]
    let scalars = Scalars(int32Value: 7, bytesValue: long, colorValue: .init(rawValue: 1))
    try check(scalars, lends: [long])
    try check(Optionals(boolValue: false, bytesValue: long, scalars: scalars), lends: [long, long])
    try check(
      Lists(bytesValues: [long, [], other, [1]], scalars: [scalars]), lends: [long, other, long])
    try check(
      Maps(blobs: [true: long, false: other], messages: [1: scalars]), lends: [long, other, long])
    try check(ScalarChoice(pick: .bytesValue(long)), lends: [long])
    try check(Choice(pick: .scalars(scalars), after: "after"), lends: [long])
  }

  @Test func `unknown fields stay among what is written`() throws {
    var message = Scalars(bytesValue: Self.long)
    message.unknownFields = try Nothing(serialized: hex("f8 07 01")).unknownFields
    try check(message, lends: [Self.long])
  }

  @Test(arguments: [
    [], [1], [0, 3, 0], [1, 1, 1, 1, 1], [50, 1, 25], [7, 0, 0, 40], Array(0..<12),
  ])
  func `any range is found in any segments`(lengths: [Int]) {
    var start = 0
    let views = lengths.map { length in
      defer { start += length }
      return Self.long[start..<start + length]
    }
    let bytes = SegmentedBytes(views)
    #expect(bytes.count == start)
    let ranges = (0...start).flatMap { lower in (lower...start).map { lower..<$0 } }
    let wrong = ranges.filter { range in
      let found = segments(bytes, in: range)
      return found.contains(where: \.isEmpty) || Bytes(found.joined()) != Self.long[range]
    }
    #expect(wrong.isEmpty)
  }

  @Test func `a single segment is a view however it is asked for`() {
    let view = Self.long[10..<90]
    let bytes = SegmentedBytes(view)
    #expect(address(bytes.joined()) == address(view))
    #expect(segments(bytes, in: 5..<20) == [Self.long[15..<30]])
    #expect(segments(bytes, in: 0..<0).isEmpty)
  }
}
