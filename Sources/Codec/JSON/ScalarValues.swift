import Codec
import Descriptors

// What a value on the wire is, given its kind; values of another wire type count as zero.
extension FieldType.Kind {
  /// The value of an unsigned number or a bool.
  func unsigned(_ value: WireValue) -> UInt64 {
    let bits = bits(value)
    return switch self {
    case .uint32: UInt64(UInt32(truncatingIfNeeded: bits))
    case .bool: bits == 0 ? 0 : 1
    default: bits
    }
  }

  /// The value of a signed number or an enum.
  func signed(_ value: WireValue) -> Int64 {
    let bits = bits(value)
    switch self {
    case .int32, .sfixed32, .enumeration: return Int64(Int32(truncatingIfNeeded: bits))
    case .sint32:
      let short = UInt32(truncatingIfNeeded: bits)
      return Int64(Int32(bitPattern: short >> 1) ^ -Int32(bitPattern: short & 1))
    case .sint64: return Int64(bitPattern: bits >> 1) ^ -Int64(bitPattern: bits & 1)
    default: return Int64(bitPattern: bits)
    }
  }

  private func bits(_ value: WireValue) -> UInt64 {
    switch value {
    case .varint(let bits), .fixed64(let bits): bits
    case .fixed32(let bits): UInt64(bits)
    case .bytes, .group: 0
    }
  }

  /// The value of a double or float, as text of JSON.
  func floatingText(_ value: WireValue) -> String {
    switch value {
    case .fixed64(let bits): JSONNumber.text(Double(bitPattern: bits))
    case .fixed32(let bits): JSONNumber.text(Float(bitPattern: bits))
    case .varint, .bytes, .group: "0"
    }
  }

  /// Whether a value is the one that a field without presence leaves out.
  func isZero(_ value: WireValue) -> Bool {
    switch self {
    case .bool, .uint32, .uint64, .fixed32, .fixed64: unsigned(value) == 0
    case .int32, .int64, .sint32, .sint64, .sfixed32, .sfixed64, .enumeration: signed(value) == 0
    case .double, .float, .string, .bytes, .message: value.isZero
    }
  }
}

extension WireValue {
  /// The characters of a string.
  func string() throws(DecodingError) -> String {
    guard case .bytes(let bytes) = self else { return "" }
    guard let string = String(validating: bytes, as: UTF8.self) else {
      throw DecodingError(.invalidUTF8, at: 0)
    }
    return string
  }

  /// The bytes of a `bytes` field.
  var content: Bytes {
    if case .bytes(let bytes) = self { bytes } else { Bytes() }
  }
}
