// The members below are documented where ScalarType and VarintType require them.
// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation

/// The type of the whole numbers of four and eight bytes.
@frozen
public struct FixedType<Value: FixedWidthInteger>: ScalarType {
  @inlinable init() {}

  @inlinable public static var wireType: WireType {
    MemoryLayout<Value>.size == 8 ? .fixed64 : .fixed32
  }

  @inlinable public static var width: Int? { MemoryLayout<Value>.size }

  @inlinable
  public static func isDefault(_ value: Value) -> Bool {
    value == 0
  }

  @inlinable
  public static func size(of value: Value) -> Int {
    MemoryLayout<Value>.size
  }

  @inlinable
  public static func read(from reader: inout Reader) throws(DecodingError) -> Value {
    try reader.fixed(Value.self)
  }

  @inlinable
  public static func write(_ value: Value, to writer: inout Writer) {
    writer.fixed(value)
  }
}

/// The type of ``ScalarType/float``.
@frozen
public struct FloatType: ScalarType {
  public typealias Value = Float

  @inlinable init() {}

  @inlinable public static var wireType: WireType { .fixed32 }

  @inlinable public static var width: Int? { 4 }

  @inlinable
  public static func isDefault(_ value: Float) -> Bool {
    value.bitPattern == 0  // -0.0 is not the default
  }

  @inlinable
  public static func size(of value: Float) -> Int {
    4
  }

  @inlinable
  public static func read(from reader: inout Reader) throws(DecodingError) -> Float {
    Float(bitPattern: try reader.fixed(UInt32.self))
  }

  @inlinable
  public static func write(_ value: Float, to writer: inout Writer) {
    writer.fixed(value.bitPattern)
  }
}

/// The type of ``ScalarType/double``.
@frozen
public struct DoubleType: ScalarType {
  public typealias Value = Double

  @inlinable init() {}

  @inlinable public static var wireType: WireType { .fixed64 }

  @inlinable public static var width: Int? { 8 }

  @inlinable
  public static func isDefault(_ value: Double) -> Bool {
    value.bitPattern == 0  // -0.0 is not the default
  }

  @inlinable
  public static func size(of value: Double) -> Int {
    8
  }

  @inlinable
  public static func read(from reader: inout Reader) throws(DecodingError) -> Double {
    Double(bitPattern: try reader.fixed(UInt64.self))
  }

  @inlinable
  public static func write(_ value: Double, to writer: inout Writer) {
    writer.fixed(value.bitPattern)
  }
}
