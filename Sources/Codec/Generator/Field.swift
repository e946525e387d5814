/// One field of a message: what it is called, stored as, and read and written with.
struct Field {
  /// What a single value is.
  enum Value {
    /// The name in the schema is also that of the codec's scalar type.
    case scalar(protoName: String, swiftType: String, defaultValue: String, wireType: Int)
    case enumeration(swiftType: String, defaultValue: String)
    case message(swiftType: String, isRecursive: Bool)
  }

  /// How many values there can be.
  indirect enum Shape {
    case single
    case optional
    case list(isPacked: Bool)
    case map(key: Value, value: Value)
  }

  let name: String
  /// The name as a Swift identifier.
  let property: String
  /// The name by which generated code reaches the property or makes the case of the oneof: another
  /// than `property` if that is deprecated, since naming it would warn.
  let unwarned: String
  /// The name of the property that stores a message out of line.
  let box: String
  let number: Int
  let value: Value
  let shape: Shape
  let comment: String
  let deprecation: Deprecation?

  /// Whether it holds what logs must not.
  let isRedacted: Bool

  /// The index of the oneof that the field is a member of.
  let oneofIndex: Int?

  /// The property, reached from a method with variables of its own.
  var member: String { Names.member(unwarned) }

  /// The tag of one value, and of the entry of a map.
  var tag: Int {
    if case .map = shape { return number << 3 | 2 }
    return number << 3 | value.wireType
  }

  /// The tag of a packed list.
  var packedTag: Int { number << 3 | 2 }

  /// What the message stores.
  var storedType: String {
    switch (shape, value) {
    case (.single, .message), (.optional, _): value.swiftType + "?"
    case (.single, _): value.swiftType
    case (.list, _): "[\(value.swiftType)]"
    case (.map(let key, let value), _): "[\(key.swiftType): \(value.swiftType)]"
    }
  }

  /// What the message stores in the beginning.
  var initialValue: String {
    switch (shape, value) {
    case (.single, .message), (.optional, _): "nil"
    case (.single, _): value.defaultValue
    case (.list, _): "[]"
    case (.map, _): "[:]"
    }
  }

  /// Whether the value must be stored out of line, since it can hold its own holder.
  var isBoxed: Bool {
    if case (.message(_, isRecursive: true), nil) = (value, oneofIndex) {
      switch shape {
      case .single, .optional: return true
      case .list, .map: return false
      }
    }
    return false
  }
}

extension Field.Value {
  var swiftType: String {
    switch self {
    case .scalar(_, let swiftType, _, _), .enumeration(let swiftType, _),
      .message(let swiftType, _):
      swiftType
    }
  }

  var defaultValue: String {
    switch self {
    case .scalar(_, _, let defaultValue, _): defaultValue
    case .enumeration(_, let defaultValue): defaultValue
    case .message(let swiftType, _): swiftType + "()"
    }
  }

  var wireType: Int {
    switch self {
    case .scalar(_, _, _, let wireType): wireType
    case .enumeration: 0
    case .message: 2
    }
  }

  /// The codec's scalar type; nil for a message.
  var scalarType: String? {
    switch self {
    case .scalar(let protoName, _, _, _): "." + protoName
    case .enumeration(let swiftType, _): ".enumeration(\(swiftType).self)"
    case .message: nil
    }
  }

  /// Whether lists of it can be packed: all but strings, bytes and messages.
  var isPackable: Bool { wireType != 2 }
}
