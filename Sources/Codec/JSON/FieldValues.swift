import Codec
import Descriptors

/// The fields of one message as they count: of a oneof only the member set last, and of each field
/// all its values together, in the order of the schema.
struct FieldValues {
  /// What the wire holds for one field of the type.
  struct Values {
    let field: FieldType
    let values: [WireValue]
  }

  /// The known fields that are there, in the order of the schema.
  let known: [Values]

  /// The others, with fields whose value is of another wire type than the schema says.
  let unknown: [(number: Int, value: WireValue)]

  private struct Entry {
    let index: Int
    let value: WireValue
    /// How often another member of the oneof had been set before.
    let turn: Int
  }

  /// Reads a message.
  ///
  /// - Throws: A `DecodingError` if the bytes are none, or there are more fields than the limit.
  init(_ bytes: Bytes, of type: MessageType, limits: DecodingLimits) throws(DecodingError) {
    var fields = WireFields(bytes, depthMax: limits.depthMax)
    var entries: [Entry] = []
    var unknown: [(number: Int, value: WireValue)] = []
    var oneofs: [Int: (index: Int, turn: Int)] = [:]
    while let (number, value) = try fields.next() {
      guard entries.count + unknown.count < limits.elementsMax else {
        throw DecodingError(.tooManyElements(limit: limits.elementsMax), at: 0)
      }
      guard let index = type.index(ofNumber: number), type.fields[index].accepts(value) else {
        unknown.append((number, value))
        continue
      }
      var turn = 0
      if let oneof = type.fields[index].oneofIndex {
        var current = oneofs[oneof] ?? (index, 0)
        if current.index != index { current = (index, current.turn + 1) }
        oneofs[oneof] = current
        turn = current.turn
      }
      entries.append(Entry(index: index, value: value, turn: turn))
    }
    entries.removeAll { entry in
      type.fields[entry.index].oneofIndex.map { oneofs[$0]?.turn != entry.turn } ?? false
    }
    let byField = Dictionary(grouping: entries, by: \.index)
    known = byField.keys.sorted().map { index in
      Values(field: type.fields[index], values: (byField[index] ?? []).map(\.value))
    }
    self.unknown = unknown
  }
}

extension FieldValues.Values {
  /// The elements of a list, whether they are packed or not.
  func elements(limits: DecodingLimits) throws(DecodingError) -> [WireValue] {
    guard field.kind.wireType != .lengthDelimited else { return values }
    var elements: [WireValue] = []
    for value in values {
      guard case .bytes(let bytes) = value else {
        elements.append(value)
        continue
      }
      var fields = WireFields(bytes, depthMax: 0)
      while let element = try fields.nextPacked(field.kind.wireType) {
        guard elements.count < limits.elementsMax else {
          throw DecodingError(.tooManyElements(limit: limits.elementsMax), at: 0)
        }
        elements.append(element)
      }
    }
    return elements
  }
}

extension [WireValue] {
  /// The message that all parts make together: the bytes of one after the other.
  var merged: Bytes {
    count == 1 ? self[0].content : Bytes(flatMap(\.content))
  }

  /// The entries of a map by ascending key, the last of each key.
  func mapEntries(
    key keyKind: FieldType.Kind, value kind: FieldType.Kind, depthMax: Int
  ) throws(DecodingError) -> [(key: WireValue, value: WireValue)] {
    var entries: [WireValue: WireValue] = [:]
    for entry in self {
      var fields = WireFields(entry.content, depthMax: depthMax)
      var key = keyKind.zero
      var values: [WireValue] = []
      while let (number, found) = try fields.next() {
        if number == 1, found.type == keyKind.wireType { key = found }
        if number == 2, found.type == kind.wireType { values.append(found) }
      }
      let value = values.last ?? kind.zero
      if case .message = kind {
        entries[keyKind.normalized(key)] = .bytes(values.merged)
      } else {
        entries[keyKind.normalized(key)] = value
      }
    }
    return entries.sorted { keyKind.areInOrder($0.key, $1.key) }
      .map { (key: $0.key, value: $0.value) }
  }
}

extension FieldType {
  /// Whether a value on the wire can be one of this field, or several packed ones.
  fileprivate func accepts(_ value: WireValue) -> Bool {
    switch shape {
    case .single, .map: value.type == kind.wireType
    case .list:
      value.type == kind.wireType
        || (value.type == .lengthDelimited && kind.wireType != .lengthDelimited)
    }
  }
}

extension WireValue {
  /// How it lies on the wire.
  var type: WireType {
    switch self {
    case .varint: .varint
    case .fixed64: .fixed64
    case .fixed32: .fixed32
    case .bytes: .lengthDelimited
    case .group: .startGroup
    }
  }
}

extension FieldType.Kind {
  /// The wire type of one value.
  var wireType: WireType {
    switch self {
    case .int32, .int64, .uint32, .uint64, .sint32, .sint64, .bool, .enumeration: .varint
    case .double, .fixed64, .sfixed64: .fixed64
    case .float, .fixed32, .sfixed32: .fixed32
    case .string, .bytes, .message: .lengthDelimited
    }
  }

  /// What a field without presence has when the wire holds nothing for it.
  var zero: WireValue {
    switch wireType {
    case .varint, .startGroup, .endGroup: .varint(0)
    case .fixed64: .fixed64(0)
    case .fixed32: .fixed32(0)
    case .lengthDelimited: .bytes(Bytes())
    }
  }

  /// The one way to write a key, so that equal keys are the same: varints of 32 bits lose the rest.
  fileprivate func normalized(_ value: WireValue) -> WireValue {
    guard case .varint(let number) = value else { return value }
    return switch self {
    case .int32: .varint(UInt64(bitPattern: Int64(Int32(truncatingIfNeeded: number))))
    case .uint32, .sint32: .varint(UInt64(UInt32(truncatingIfNeeded: number)))
    case .bool: .varint(number == 0 ? 0 : 1)
    default: value
    }
  }

  /// Whether one key comes before another: numbers by size, strings by their bytes.
  fileprivate func areInOrder(_ left: WireValue, _ right: WireValue) -> Bool {
    if case .bytes(let left) = left, case .bytes(let right) = right {
      return left.lexicographicallyPrecedes(right)
    }
    switch self {
    case .uint32, .uint64, .fixed32, .fixed64, .bool: return unsigned(left) < unsigned(right)
    default: return signed(left) < signed(right)
    }
  }
}
