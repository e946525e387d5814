/// How one of the schema's scalar types is read and written.
///
/// The types are empty values, named in generated code as in the schema: `.sint32`, `.string`.
public protocol ScalarType {
  /// What generated code stores.
  associatedtype Value

  /// The wire type of a single value.
  static var wireType: WireType { get }

  /// The bytes of every value; nil when that depends on the value.
  static var width: Int? { get }

  /// Whether a field without presence may be left out.
  static func isDefault(_ value: Value) -> Bool

  /// The bytes of a value, with its length but without its tag.
  static func size(of value: Value) -> Int

  /// The bytes of a value that a writer may lend instead of copying them; of most types, none.
  static func lentSize(of value: Value) -> Int

  /// Reads a value that follows its tag.
  static func read(from reader: inout Reader) throws(DecodingError) -> Value

  /// Writes a value before what is written already, without its tag.
  static func write(_ value: Value, to writer: inout Writer)
}

extension ScalarType {
  /// None of its bytes.
  @inline(__always) @inlinable
  public static func lentSize(of value: Value) -> Int { 0 }
}

extension ScalarType where Self == IntegerType<Int32> {
  /// Signed 32 bits as a varint; negative numbers take ten bytes.
  @inlinable public static var int32: Self { Self() }
}

extension ScalarType where Self == IntegerType<Int64> {
  /// Signed 64 bits as a varint; negative numbers take ten bytes.
  @inlinable public static var int64: Self { Self() }
}

extension ScalarType where Self == IntegerType<UInt32> {
  /// Unsigned 32 bits as a varint.
  @inlinable public static var uint32: Self { Self() }
}

extension ScalarType where Self == IntegerType<UInt64> {
  /// Unsigned 64 bits as a varint.
  @inlinable public static var uint64: Self { Self() }
}

extension ScalarType where Self == ZigzagType<Int32> {
  /// Signed 32 bits as a varint in zigzag order: small whatever the sign.
  @inlinable public static var sint32: Self { Self() }
}

extension ScalarType where Self == ZigzagType<Int64> {
  /// Signed 64 bits as a varint in zigzag order: small whatever the sign.
  @inlinable public static var sint64: Self { Self() }
}

extension ScalarType where Self == BoolType {
  /// A varint that is 0 or not 0.
  @inlinable public static var bool: Self { Self() }
}

extension ScalarType where Self == FixedType<UInt32> {
  /// Unsigned, in four bytes.
  @inlinable public static var fixed32: Self { Self() }
}

extension ScalarType where Self == FixedType<UInt64> {
  /// Unsigned, in eight bytes.
  @inlinable public static var fixed64: Self { Self() }
}

extension ScalarType where Self == FixedType<Int32> {
  /// Signed, in four bytes.
  @inlinable public static var sfixed32: Self { Self() }
}

extension ScalarType where Self == FixedType<Int64> {
  /// Signed, in eight bytes.
  @inlinable public static var sfixed64: Self { Self() }
}

extension ScalarType where Self == FloatType {
  /// Four bytes.
  @inlinable public static var float: Self { Self() }
}

extension ScalarType where Self == DoubleType {
  /// Eight bytes.
  @inlinable public static var double: Self { Self() }
}

extension ScalarType where Self == StringType {
  /// A length and UTF-8.
  @inlinable public static var string: Self { Self() }
}

extension ScalarType where Self == BytesType {
  /// A length and bytes.
  @inlinable public static var bytes: Self { Self() }
}

extension ScalarType {
  /// The number of an enum's case, as an int32.
  @inlinable
  public static func enumeration<Value: Enumeration>(
    _ type: Value.Type
  ) -> Self where Self == EnumerationType<Value> {
    Self()
  }
}

/// How a value lies on the wire; the low three bits of a tag.
@frozen
public enum WireType: UInt8, Sendable {
  case varint, fixed64, lengthDelimited, startGroup, endGroup, fixed32
}
