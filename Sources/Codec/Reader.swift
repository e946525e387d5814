/// Reads the fields of one message, and of those inside it, straight from memory.
///
/// Generated code asks for a tag, switches on it, and reads the value it stands for. A tag is
/// `number << 3 | wire type`, so a known field with another wire type matches no case and is kept
/// as unknown. Readers exist only while ``Message/merge(serialized:limits:)`` runs.
@safe
@frozen
public struct Reader: ~Copyable {
  // The pointer is valid because `merge` runs inside `withUnsafeBufferPointer` of `storage`, and
  // no byte is read before a comparison with `end`, which never passes the end of the storage.
  @usableFromInline let base: UnsafePointer<UInt8>
  @usableFromInline let storage: [UInt8]
  @usableFromInline let origin: Int
  @usableFromInline let limits: DecodingLimits
  @usableFromInline var position: Int
  @usableFromInline var end: Int
  @usableFromInline var fieldStart: Int
  @usableFromInline var depth = 0
  @usableFromInline var elements = 0

  @inlinable
  init(_ bytes: Bytes, at base: UnsafePointer<UInt8>, limits: DecodingLimits) {
    unsafe self.base = base
    storage = bytes.storage
    origin = bytes.bounds.lowerBound
    self.limits = limits
    position = bytes.bounds.lowerBound
    end = bytes.bounds.upperBound
    fieldStart = position
  }

  /// The tag of the next field, or nil at the end of the message.
  ///
  /// - Throws: `.truncated`, `.overlongVarint`, or `.invalidFieldNumber` past 29 bits.
  @inlinable
  public mutating func nextTag() throws(DecodingError) -> UInt32? {
    guard position < end else { return nil }
    fieldStart = position
    let first = unsafe base[position]
    guard first < 0x80 else { return try longTag() }
    position += 1
    return UInt32(first)
  }

  /// Reads one base-128 varint.
  ///
  /// - Throws: `.truncated` if the bytes end first; `.overlongVarint` past 10 bytes or 64 bits.
  @inlinable
  mutating func varint() throws(DecodingError) -> UInt64 {
    guard position < end else { throw failure(.truncated) }
    let first = unsafe base[position]
    guard first < 0x80 else { return try longVarint() }
    position += 1
    return UInt64(first)
  }

  /// Reads a little-endian number of fixed width.
  ///
  /// - Throws: `.truncated` if the bytes end first.
  @inlinable
  mutating func fixed<Number: FixedWidthInteger>(
    _ type: Number.Type
  ) throws(DecodingError) -> Number {
    let width = MemoryLayout<Number>.size
    guard end - position >= width else { throw failure(.truncated) }
    let value = unsafe UnsafeRawPointer(base + position).loadUnaligned(as: Number.self)
    position += width
    return Number(littleEndian: value)
  }

  /// Reads the length of a value, and judges it by what is left of the message.
  ///
  /// - Throws: `.truncated` if fewer bytes follow than announced.
  @inlinable
  mutating func length() throws(DecodingError) -> Int {
    let length = try varint()
    guard length <= UInt64(end - position) else { throw failure(.truncated) }
    return Int(length)
  }

  /// An error about the field that is being read.
  @usableFromInline
  func failure(_ reason: DecodingError.Reason) -> DecodingError {
    DecodingError(reason, at: fieldStart - origin)
  }

  @usableFromInline
  mutating func longTag() throws(DecodingError) -> UInt32 {
    let tag = try longVarint()
    guard let short = UInt32(exactly: tag) else { throw failure(.invalidFieldNumber(tag >> 3)) }
    return short
  }

  @usableFromInline
  mutating func longVarint() throws(DecodingError) -> UInt64 {
    var value: UInt64 = 0
    var next = position
    for shift in stride(from: UInt64(0), through: 63, by: 7) {
      guard next < end else { throw failure(.truncated) }
      let byte = unsafe base[next]
      next += 1
      if byte < 0x80 {
        guard shift < 63 || byte <= 1 else { throw failure(.overlongVarint) }
        position = next
        return value | UInt64(byte) << shift
      }
      value |= UInt64(byte & 0x7f) << shift
    }
    throw failure(.overlongVarint)
  }
}
