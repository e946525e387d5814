import Codec
import Descriptors

extension JSONReader {
  /// The value of a field that is not a message; nil for the name of an enum value that the schema does
  /// not know, if such are to be ignored.
  func scalar(_ kind: FieldType.Kind, _ index: Int) throws(JSONError) -> WireValue? {
    switch kind {
    case .double: .fixed64(try double(index).bitPattern)
    case .float: .fixed32(try float(index).bitPattern)
    case .int32: .varint(UInt64(bitPattern: Int64(try integer(Int32.self, index))))
    case .int64: .varint(UInt64(bitPattern: try integer(Int64.self, index)))
    case .uint32: .varint(UInt64(try integer(UInt32.self, index)))
    case .uint64: .varint(try integer(UInt64.self, index))
    case .sint32: .varint(zigzag(Int64(try integer(Int32.self, index))))
    case .sint64: .varint(zigzag(try integer(Int64.self, index)))
    case .fixed32: .fixed32(try integer(UInt32.self, index))
    case .fixed64: .fixed64(try integer(UInt64.self, index))
    case .sfixed32: .fixed32(UInt32(bitPattern: try integer(Int32.self, index)))
    case .sfixed64: .fixed64(UInt64(bitPattern: try integer(Int64.self, index)))
    case .bool: .varint(try bool(index) ? 1 : 0)
    case .string: .bytes(Bytes(try string("a string", index).utf8))
    case .bytes: .bytes(try bytes(index))
    case .enumeration(let type): try enumeration(type, index)
    case .message(let name): preconditionFailure("\(name) is not a scalar")
    }
  }

  /// The key of a map, which is written as a string whatever its type.
  func mapKey(_ kind: FieldType.Kind, _ index: Int) throws(JSONError) -> WireValue {
    if case .bool = kind {
      let name = try document.string(index)
      guard name == "true" || name == "false" else { throw mismatch("true or false", index) }
      return .varint(name == "true" ? 1 : 0)
    }
    guard let key = try scalar(kind, index) else { throw mismatch("a key", index) }
    return key
  }

  /// The characters of a string, or what was expected instead.
  func string(_ expected: String, _ index: Int) throws(JSONError) -> String {
    switch document[index].kind {
    case .string, .escapedString: try document.string(index)
    case .null, .true, .false, .number, .array, .object: throw mismatch(expected, index)
    }
  }

  private func zigzag(_ value: Int64) -> UInt64 {
    UInt64(bitPattern: (value << 1) ^ (value >> 63))
  }

  /// The text of a number, with or without quotation marks.
  private func number(_ expected: String, _ index: Int) throws(JSONError) -> ArraySlice<UInt8> {
    if document[index].kind == .number { return document.raw(index) }
    return ArraySlice(try string(expected, index).utf8)
  }

  private func integer<Number: FixedWidthInteger>(
    _ type: Number.Type, _ index: Int
  ) throws(JSONError) -> Number {
    let expected = "a whole number in \(Number.min)...\(Number.max)"
    guard let value: Number = JSONNumber.integer(try number(expected, index)) else {
      throw mismatch(expected, index)
    }
    return value
  }

  private func double(_ index: Int) throws(JSONError) -> Double {
    let text = try number("a number", index)
    if let value = JSONNumber.double(text) { return value }
    guard document[index].kind != .number, let value = special(text, Double.self) else {
      throw mismatch("a number within the range of double", index)
    }
    return value
  }

  private func float(_ index: Int) throws(JSONError) -> Float {
    let text = try number("a number", index)
    if let value = JSONNumber.float(text) { return value }
    guard document[index].kind != .number, let value = special(text, Float.self) else {
      throw mismatch("a number within the range of float", index)
    }
    return value
  }

  private func special<Number: BinaryFloatingPoint>(
    _ text: ArraySlice<UInt8>, _ type: Number.Type
  ) -> Number? {
    if text.elementsEqual("NaN".utf8) { return .nan }
    if text.elementsEqual("Infinity".utf8) { return .infinity }
    return text.elementsEqual("-Infinity".utf8) ? -.infinity : nil
  }

  private func bool(_ index: Int) throws(JSONError) -> Bool {
    switch document[index].kind {
    case .true: true
    case .false: false
    case .null, .number, .string, .escapedString, .array, .object:
      throw mismatch("true or false", index)
    }
  }

  private func bytes(_ index: Int) throws(JSONError) -> Bytes {
    guard let bytes = Base64.bytes(try string("bytes in base64", index).utf8) else {
      throw mismatch("bytes in base64", index)
    }
    return Bytes(bytes)
  }

  private func enumeration(
    _ type: EnumType, _ index: Int
  ) throws(JSONError) -> WireValue? {
    let expected = "a name or number of \(type.name)"
    switch document[index].kind {
    case .null where type.isNullValue: return .varint(0)
    case .number:
      guard let number: Int32 = JSONNumber.integer(document.raw(index)) else {
        throw mismatch(expected, index)
      }
      return .varint(UInt64(bitPattern: Int64(number)))
    case .null, .true, .false, .string, .escapedString, .array, .object:
      let name = try string(expected, index)
      if let number = type.number(named: name) {
        return .varint(UInt64(bitPattern: Int64(number)))
      }
      if options.ignoresUnknownFields { return nil }
      throw fault(.unknownValue(name, type: type.name), index)
    }
  }
}
