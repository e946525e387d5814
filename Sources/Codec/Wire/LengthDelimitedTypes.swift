// The members below are documented where ScalarType and VarintType require them.
// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation

extension ScalarType where Value: Collection {
  @inlinable public static var wireType: WireType { .lengthDelimited }

  @inlinable public static var width: Int? { nil }

  @inlinable
  public static func isDefault(_ value: Value) -> Bool { value.isEmpty }
}

/// The type of ``ScalarType/string``.
@frozen
public struct StringType: ScalarType {
  public typealias Value = String

  @inlinable init() {}

  @inline(__always) @inlinable
  public static func size(of value: String) -> Int {
    let count = value.utf8.count
    return Varint.size(UInt64(truncatingIfNeeded: count)) &+ count
  }

  @inlinable
  public static func read(from reader: inout Reader) throws(DecodingError) -> String {
    try reader.string()
  }

  @inlinable
  public static func write(_ value: String, to writer: inout Writer) {
    writer.position = writer.string(value)
  }
}

/// The type of ``ScalarType/bytes``.
@frozen
public struct BytesType: ScalarType {
  public typealias Value = Bytes

  @inlinable init() {}

  @inline(__always) @inlinable
  public static func size(of value: Bytes) -> Int {
    Varint.size(UInt64(value.count)) + value.count
  }

  @inline(__always) @inlinable
  public static func lentSize(of value: Bytes) -> Int {
    value.count >= Writer.lentBytesMin ? value.count : 0
  }

  @inlinable
  public static func read(from reader: inout Reader) throws(DecodingError) -> Bytes {
    try reader.bytes()
  }

  @inlinable
  public static func write(_ value: Bytes, to writer: inout Writer) {
    if value.count >= Writer.lentBytesMin, writer.lent != nil {
      writer.lend(value)
    } else {
      unsafe value.withUnsafeBytes { unsafe writer.raw($0) }
    }
    writer.varint(UInt64(value.count))
  }
}

extension Reader {
  /// Reads a length and that many bytes of UTF-8.
  ///
  /// - Throws: `.truncated`, or `.invalidUTF8`: nothing is repaired.
  @usableFromInline
  mutating func string() throws(DecodingError) -> String {
    let length = try length()
    let start = position
    position = start &+ length
    if length <= ShortText.countMax, endOfAll &- start >= 16, ShortText.isLayoutKnown {
      let short = unsafe ShortText(UnsafeRawPointer(base + start), count: length)
      if short.isASCII { return short.string }
    }
    let characters = unsafe UnsafeBufferPointer(start: base + start, count: length)
    guard unsafe isASCII(characters) else { return try text(unsafe characters.span) }
    return String(copying: unsafe UTF8Span(unchecked: characters.span, isKnownASCII: true))
  }

  @inline(never)
  private mutating func text(_ characters: Span<UInt8>) throws(DecodingError) -> String {
    do {
      return String(copying: try UTF8Span(validating: characters))
    } catch {
      throw failure(.invalidUTF8)
    }
  }

  /// Reads a length, and returns a view of that many bytes.
  ///
  /// - Throws: `.truncated` if fewer bytes follow.
  @inlinable
  mutating func bytes() throws(DecodingError) -> Bytes {
    let length = try length()
    let start = position
    position = start &+ length
    return unsafe Bytes(storage: source.pointee.storage, bounds: start..<position)
  }
}

extension Writer {
  /// Writes the UTF-8 of a string and its length, and says where they begin.
  @_effects(releasenone) @usableFromInline
  mutating func string(_ value: String) -> Int {
    let count = value.utf8.count
    reserve(count)
    let target = unsafe UnsafeMutableRawBufferPointer(start: base + position, count: count)
    let copied: Void? = unsafe value.utf8.withContiguousStorageIfAvailable { characters in
      unsafe copy(UnsafeRawBufferPointer(characters), to: target)
    }
    if copied == nil { unsafe target.copyBytes(from: value.utf8) }
    varint(UInt64(truncatingIfNeeded: count))
    return position
  }
}

/// Copies as many bytes as both have; short strings are most, and not worth a call.
@inline(__always)
private func copy(_ source: UnsafeRawBufferPointer, to target: UnsafeMutableRawBufferPointer) {
  let count = min(source.count, target.count)
  switch count {
  case 8...16: unsafe copyEnds(source, to: target, count, UInt64.self)
  case 17...32: unsafe copyEnds(source, to: target, count, SIMD2<UInt64>.self)
  default: unsafe target.copyMemory(from: source)
  }
}

/// Copies the first and the last word of so many bytes, which overlap unless there are two words.
@inline(__always)
private func copyEnds<Word: BitwiseCopyable>(
  _ source: UnsafeRawBufferPointer, to target: UnsafeMutableRawBufferPointer, _ count: Int,
  _ type: Word.Type
) {
  let last = count &- MemoryLayout<Word>.size
  let first = unsafe source.loadUnaligned(fromByteOffset: 0, as: Word.self)
  let second = unsafe source.loadUnaligned(fromByteOffset: last, as: Word.self)
  unsafe target.storeBytes(of: first, toByteOffset: 0, as: Word.self)
  unsafe target.storeBytes(of: second, toByteOffset: last, as: Word.self)
}

/// Whether every byte is below 0x80, eight at a time.
@inline(__always)
private func isASCII(_ characters: UnsafeBufferPointer<UInt8>) -> Bool {
  let bytes = UnsafeRawBufferPointer(characters)
  let count = bytes.count
  var seen: UInt64 = 0
  var index = 0
  if count >= 8 {
    while index < count &- 8 {
      seen |= unsafe bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self)
      index &+= 8
    }
    // The last word overlaps the one before.
    seen |= unsafe bytes.loadUnaligned(fromByteOffset: count &- 8, as: UInt64.self)
  } else {
    while index < count {
      seen |= unsafe UInt64(bytes[index])
      index &+= 1
    }
  }
  return seen & 0x8080_8080_8080_8080 == 0
}
