// The members below are documented where ScalarType and VarintType require them.
// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation

/// A scalar type that is one varint: its `number` and back are all that differs.
public protocol VarintType: ScalarType {
  /// What the varint holds for a value.
  static func number(of value: Value) -> UInt64

  /// The value of a varint; surplus high bits are dropped, as the format demands.
  static func value(of number: UInt64) -> Value
}

extension VarintType {
  @inlinable public static var wireType: WireType { .varint }

  @inlinable public static var width: Int? { nil }

  @inlinable
  public static func isDefault(_ value: Value) -> Bool { number(of: value) == 0 }

  @inlinable
  public static func size(of value: Value) -> Int { Varint.size(number(of: value)) }

  @inlinable
  public static func read(from reader: inout Reader) throws(DecodingError) -> Value {
    value(of: try reader.varint())
  }

  @inlinable
  public static func write(_ value: Value, to writer: inout Writer) {
    writer.varint(number(of: value))
  }
}

/// The type of ``ScalarType/int32``, ``ScalarType/int64``, ``ScalarType/uint32`` and
/// ``ScalarType/uint64``.
@frozen
public struct IntegerType<Value: FixedWidthInteger>: VarintType {
  @inlinable init() {}

  @inlinable
  public static func number(of value: Value) -> UInt64 { UInt64(truncatingIfNeeded: value) }

  @inlinable
  public static func value(of number: UInt64) -> Value { Value(truncatingIfNeeded: number) }
}

/// The type of ``ScalarType/sint32`` and ``ScalarType/sint64``.
@frozen
public struct ZigzagType<Value: FixedWidthInteger & SignedInteger>: VarintType {
  @inlinable init() {}

  @inlinable
  public static func number(of value: Value) -> UInt64 {
    let zigzag = (value &<< 1) ^ (value &>> (Value.bitWidth &- 1))
    return UInt64(truncatingIfNeeded: Value.Magnitude(truncatingIfNeeded: zigzag))
  }

  @inlinable
  public static func value(of number: UInt64) -> Value {
    let bits = Value.Magnitude(truncatingIfNeeded: number)
    return Value(truncatingIfNeeded: bits &>> 1) ^ -Value(truncatingIfNeeded: bits & 1)
  }
}

/// The type of ``ScalarType/bool``.
@frozen
public struct BoolType: VarintType {
  public typealias Value = Bool

  @inlinable init() {}

  @inlinable
  public static func number(of value: Bool) -> UInt64 { value ? 1 : 0 }

  @inlinable
  public static func value(of number: UInt64) -> Bool { number != 0 }
}

/// The type of ``ScalarType/enumeration(_:)``.
@frozen
public struct EnumerationType<Value: Enumeration>: VarintType {
  @inlinable init() {}

  @inlinable
  public static func number(of value: Value) -> UInt64 {
    UInt64(truncatingIfNeeded: value.rawValue)
  }

  @inlinable
  public static func value(of number: UInt64) -> Value {
    Value(rawValue: Int32(truncatingIfNeeded: number))
  }
}

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
