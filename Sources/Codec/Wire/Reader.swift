/// Reads the fields of one message, and of those inside it, straight from memory.
///
/// Generated code asks for a tag, switches on it, and reads the value it stands for. A tag is
/// `number << 3 | wire type`, so a known field with another wire type matches no case and is kept
/// as unknown. Readers exist only while ``Message/merge(serialized:limits:)`` runs.
@safe
@frozen
public struct Reader: ~Copyable {
  // The pointers are valid because `read` runs `body` while it has access to the bytes, and no byte
  // is read before a comparison with `end`, which never passes the end of the bytes.
  @usableFromInline let base: UnsafePointer<UInt8>
  @usableFromInline let source: UnsafePointer<Bytes>
  @usableFromInline let limits: DecodingLimits
  @usableFromInline let endOfAll: Int
  @usableFromInline var position: Int
  @usableFromInline var end: Int
  @usableFromInline var fieldStart: Int
  @usableFromInline var depth = 0
  @usableFromInline var elements = 0
  @usableFromInline var memoryLeft: Int

  @usableFromInline
  init(_ source: UnsafePointer<Bytes>, at base: UnsafePointer<UInt8>, limits: DecodingLimits) {
    unsafe self.source = source
    unsafe self.base = base
    self.limits = limits
    position = unsafe source.pointee.bounds.lowerBound
    end = unsafe source.pointee.bounds.upperBound
    endOfAll = end
    fieldStart = position
    memoryLeft = limits.memoryAllowance(ofMessage: end &- position)
  }

  /// Lends a reader of `bytes` to `body`.
  @usableFromInline
  static func read(
    _ bytes: Bytes, limits: DecodingLimits,
    _ body: (inout Reader) throws(DecodingError) -> Void
  ) throws(DecodingError) {
    try unsafe withUnsafePointer(to: bytes) { (source) throws(DecodingError) in
      try unsafe bytes.storage.withUnsafeBufferPointer { (buffer) throws(DecodingError) in
        guard let base = buffer.baseAddress else { return }
        var reader = unsafe Reader(source, at: base, limits: limits)
        try body(&reader)
      }
    }
  }

  /// The tag of the next field, or nil at the end of the message.
  ///
  /// - Throws: `.truncated`, `.overlongVarint` past 5 bytes, or `.invalidFieldNumber` past 29 bits.
  @inlinable
  public mutating func nextTag() throws(DecodingError) -> UInt32? {
    let start = position
    guard start < end else { return nil }
    fieldStart = start
    let first = unsafe base[start]
    guard first >= 0x80 else {
      position = start &+ 1
      return UInt32(first)
    }
    // What follows finds the position in a register, since it is set here and not by the call.
    let (tag, next) = try longTag()
    position = next
    return tag
  }

  /// Reads one base-128 varint.
  ///
  /// - Throws: `.truncated` if the bytes end first; `.overlongVarint` past 10 bytes or 64 bits.
  @inline(__always) @inlinable
  mutating func varint() throws(DecodingError) -> UInt64 {
    let start = position
    guard start < end else { throw truncated() }
    let first = unsafe base[start]
    guard first >= 0x80 else {
      position = start &+ 1
      return UInt64(first)
    }
    let (value, next) = try longVarint()
    position = next
    return value
  }

  /// Reads a little-endian number of fixed width.
  ///
  /// - Throws: `.truncated` if the bytes end first.
  @inlinable
  mutating func fixed<Number: FixedWidthInteger>(
    _ type: Number.Type
  ) throws(DecodingError) -> Number {
    let width = MemoryLayout<Number>.size
    guard end &- position >= width else { throw truncated() }
    let value = unsafe UnsafeRawPointer(base + position).loadUnaligned(as: Number.self)
    position &+= width
    return Number(littleEndian: value)
  }

  /// Reads the length of a value, and judges it by what is left of the message.
  ///
  /// - Throws: `.truncated` if fewer bytes follow than announced; `.overlongVarint` past 5 bytes.
  @inline(__always) @inlinable
  mutating func length() throws(DecodingError) -> Int {
    let start = position
    guard start < end else { throw truncated() }
    let first = unsafe base[start]
    guard first >= 0x80 else {
      position = start &+ 1
      guard Int(first) <= end &- position else { throw truncated() }
      return Int(first)
    }
    let (length, next) = try longLength()
    position = next
    return length
  }

  /// An error about the field that is being read.
  @inline(never) @usableFromInline
  mutating func failure(_ reason: DecodingError.Reason) -> DecodingError {
    let origin = unsafe source.pointee.bounds.lowerBound
    return DecodingError(reason, at: fieldStart - origin)
  }

  @inline(never) @usableFromInline
  mutating func truncated() -> DecodingError {
    failure(.truncated)
  }

  /// A tag of several bytes, and where it ends.
  @usableFromInline
  mutating func longTag() throws(DecodingError) -> (tag: UInt32, end: Int) {
    let (tag, next) = try longVarint()
    guard let short = UInt32(exactly: tag) else { throw failure(.invalidFieldNumber(tag >> 3)) }
    // A tag has at most 32 bits; other decoders refuse one with surplus zeros behind them.
    guard next - fieldStart <= 5 else { throw failure(.overlongVarint) }
    return (short, next)
  }

  /// A length of several bytes, and where it ends.
  ///
  /// None needs more than 5 bytes, and other decoders refuse one with surplus zeros behind them.
  @usableFromInline
  mutating func longLength() throws(DecodingError) -> (length: Int, end: Int) {
    let (length, next) = try longVarint()
    guard length <= UInt64(end - next) else { throw truncated() }
    guard next - position <= 5 else { throw failure(.overlongVarint) }
    return (Int(length), next)
  }

  /// A varint of several bytes, and where it ends.
  ///
  /// Up to eight bytes are read in one go, when as many are left, if not in this message then in
  /// those around it.
  @usableFromInline
  mutating func longVarint() throws(DecodingError) -> (value: UInt64, end: Int) {
    guard endOfAll &- position >= 8 else { return try anyVarint() }
    var word = UInt64(
      littleEndian: unsafe UnsafeRawPointer(base + position).loadUnaligned(as: UInt64.self))
    let lasts = ~word & 0x8080_8080_8080_8080
    let next = position &+ lasts.trailingZeroBitCount &>> 3 &+ 1
    guard lasts != 0, next <= end else { return try anyVarint() }
    // Cut off what follows the last byte, then push the groups of 7, 14 and 28 bits together.
    word &= (lasts ^ (lasts &- 1)) & 0x7f7f_7f7f_7f7f_7f7f
    word = (word & 0x007f_007f_007f_007f) | (word & 0x7f00_7f00_7f00_7f00) &>> 1
    word = (word & 0x0000_3fff_0000_3fff) | (word & 0x3fff_0000_3fff_0000) &>> 2
    return ((word & 0x0fff_ffff) | (word & 0x0fff_ffff_0000_0000) &>> 4, next)
  }

  @inline(never)
  private mutating func anyVarint() throws(DecodingError) -> (value: UInt64, end: Int) {
    var value: UInt64 = 0
    var next = position
    for shift in stride(from: UInt64(0), through: 63, by: 7) {
      guard next < end else { throw truncated() }
      let byte = unsafe base[next]
      next += 1
      if byte < 0x80 {
        guard shift < 63 || byte <= 1 else { throw failure(.overlongVarint) }
        return (value | UInt64(byte) << shift, next)
      }
      value |= UInt64(byte & 0x7f) << shift
    }
    throw failure(.overlongVarint)
  }
}
