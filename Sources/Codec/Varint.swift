/// Base-128 numbers: seven bits a byte, the lowest first, the top bit set on all but the last byte.
@usableFromInline
enum Varint {
  /// How many bytes a number takes: 1 to 10.
  @inline(__always) @inlinable
  static func size(_ value: UInt64) -> Int {
    // Each byte carries 7 bits; x * 9 / 64 is x / 7, rounded right, for all x below 64.
    ((63 &- (value | 1).leadingZeroBitCount) &* 9 &+ 73) &>> 6
  }

  /// How many bytes the tag of a field takes: 1 to 5.
  @inline(__always) @inlinable
  static func tagSize(_ fieldNumber: Int) -> Int {
    size(UInt64(truncatingIfNeeded: fieldNumber) << 3)
  }
}
