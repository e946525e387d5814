// The members below are documented where ScalarType and FixedWidthType require them.
// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation

/// A scalar type of four or eight bytes: its `bits` and back are all that differs.
public protocol FixedWidthType: ScalarType {
  /// A whole number of as many bytes.
  associatedtype Bits: FixedWidthInteger

  /// What lies on the wire for a value; of all values only the default is 0.
  static func bits(of value: Value) -> Bits

  /// The value of what lies on the wire.
  static func value(of bits: Bits) -> Value
}

extension FixedWidthType {
  @inlinable public static var wireType: WireType {
    MemoryLayout<Bits>.size == 8 ? .fixed64 : .fixed32
  }

  @inlinable public static var width: Int? { MemoryLayout<Bits>.size }

  @inlinable
  public static func isDefault(_ value: Value) -> Bool { bits(of: value) == 0 }

  @inlinable
  public static func size(of value: Value) -> Int { MemoryLayout<Bits>.size }

  @inlinable
  public static func read(from reader: inout Reader) throws(DecodingError) -> Value {
    value(of: try reader.fixed(Bits.self))
  }

  @inlinable
  public static func write(_ value: Value, to writer: inout Writer) {
    writer.fixed(bits(of: value))
  }
}

/// The type of the whole numbers of four and eight bytes.
@frozen
public struct FixedType<Value: FixedWidthInteger>: FixedWidthType {
  @inlinable init() {}

  @inlinable
  public static func bits(of value: Value) -> Value { value }

  @inlinable
  public static func value(of bits: Value) -> Value { bits }
}

/// The type of ``ScalarType/float``; -0.0 is not the default.
@frozen
public struct FloatType: FixedWidthType {
  public typealias Value = Float

  @inlinable init() {}

  @inlinable
  public static func bits(of value: Float) -> UInt32 { value.bitPattern }

  @inlinable
  public static func value(of bits: UInt32) -> Float { Float(bitPattern: bits) }
}

/// The type of ``ScalarType/double``; -0.0 is not the default.
@frozen
public struct DoubleType: FixedWidthType {
  public typealias Value = Double

  @inlinable init() {}

  @inlinable
  public static func bits(of value: Double) -> UInt64 { value.bitPattern }

  @inlinable
  public static func value(of bits: UInt64) -> Double { Double(bitPattern: bits) }
}
