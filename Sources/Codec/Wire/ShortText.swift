/// Up to 15 characters, which a `String` holds in its own two words.
///
/// The standard library takes 15 ns to make such a string, most of what decoding a short field
/// costs; put together from its words it takes 1. Their layout is the same on all platforms of 64
/// bits, and fixed where Swift has a stable ABI; elsewhere it is not a promise, so it is used only where
/// the compiler's own strings have it.
@safe
struct ShortText {
  /// The most characters that a `String` holds without a block of its own.
  static let countMax = 15

  private let low: UInt64
  private let high: UInt64
  private let count: Int

  /// Reads `count` characters; 16 bytes must be readable.
  @inline(__always)
  init(_ bytes: UnsafeRawPointer, count: Int) {
    self.count = count
    low =
      UInt64(littleEndian: unsafe bytes.loadUnaligned(as: UInt64.self))
      & Self.bytes(min(count, 8))
    high =
      UInt64(littleEndian: unsafe bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
      & Self.bytes(max(count, 8) &- 8)
  }

  @inline(__always)
  var isASCII: Bool { (low | high) & 0x8080_8080_8080_8080 == 0 }

  /// The string, if the layout is known and all characters are ASCII.
  ///
  /// The first word has the first eight characters, the lowest byte first; the top byte of the
  /// second has the count and the bits that say: these are the characters themselves, all ASCII.
  @inline(__always)
  var string: String {
    let mark = (0xe0 | UInt64(truncatingIfNeeded: count)) &<< 56
    return unsafe unsafeBitCast((low, high | mark), to: String.self)
  }

  /// Whether this library's strings are laid out so; known when this is compiled.
  @inline(__always)
  static var isLayoutKnown: Bool {
    guard MemoryLayout<String>.size == 16 else { return false }
    let long = unsafe unsafeBitCast("abcdefghijklmno", to: (UInt64, UInt64).self)
    let short = unsafe unsafeBitCast("abc", to: (UInt64, UInt64).self)
    return long == (0x6867_6665_6463_6261, 0xef6f_6e6d_6c6b_6a69)
      && short == (0x0063_6261, 0xe300_0000_0000_0000)
  }

  /// A word of which the lowest `count` bytes, at most 8, are all ones.
  @inline(__always)
  private static func bytes(_ count: Int) -> UInt64 {
    count == 0 ? 0 : UInt64.max &>> UInt64(truncatingIfNeeded: (8 &- count) &* 8)
  }
}
