// The members below are documented where ScalarType and VarintType require them.
// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation

/// The type of ``ScalarType/string``.
@frozen
public struct StringType: ScalarType {
  public typealias Value = String

  @inlinable init() {}

  @inlinable public static var wireType: WireType { .lengthDelimited }

  @inlinable public static var width: Int? { nil }

  @inlinable
  public static func isDefault(_ value: String) -> Bool {
    value.isEmpty
  }

  @inlinable
  public static func size(of value: String) -> Int {
    let count = value.utf8.count
    return Varint.size(UInt64(count)) + count
  }

  @inlinable
  public static func read(from reader: inout Reader) throws(DecodingError) -> String {
    try reader.string()
  }

  @inlinable
  public static func write(_ value: String, to writer: inout Writer) {
    writer.string(value)
  }
}

/// The type of ``ScalarType/bytes``.
@frozen
public struct BytesType: ScalarType {
  public typealias Value = Bytes

  @inlinable init() {}

  @inlinable public static var wireType: WireType { .lengthDelimited }

  @inlinable public static var width: Int? { nil }

  @inlinable
  public static func isDefault(_ value: Bytes) -> Bool {
    value.isEmpty
  }

  @inlinable
  public static func size(of value: Bytes) -> Int {
    Varint.size(UInt64(value.count)) + value.count
  }

  @inlinable
  public static func read(from reader: inout Reader) throws(DecodingError) -> Bytes {
    try reader.bytes()
  }

  @inlinable
  public static func write(_ value: Bytes, to writer: inout Writer) {
    unsafe value.withUnsafeBytes { unsafe writer.raw($0) }
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
    let characters = unsafe UnsafeBufferPointer(start: base + position, count: length)
    let valid: UTF8Span
    do {
      valid = try UTF8Span(validating: unsafe characters.span)
    } catch {
      throw failure(.invalidUTF8)
    }
    position += length
    return String(copying: valid)
  }

  /// Reads a length, and returns a view of that many bytes.
  ///
  /// - Throws: `.truncated` if fewer bytes follow.
  @inlinable
  mutating func bytes() throws(DecodingError) -> Bytes {
    let length = try length()
    position += length
    return Bytes(storage: storage, bounds: (position - length)..<position)
  }
}

extension Writer {
  /// Writes the UTF-8 of a string and its length.
  @usableFromInline
  mutating func string(_ value: String) {
    var value = value
    let count = value.withUTF8 { characters in
      unsafe raw(UnsafeRawBufferPointer(characters))
      return characters.count
    }
    varint(UInt64(count))
  }
}
