import Descriptors

extension Field {
  /// Reads the descriptor of a field in the message `message`, a full name with a dot in front.
  ///
  /// - Throws: `.unknownType` or `.groupField`.
  init(
    _ field: FieldDescriptorProto, of message: String, isProto3: Bool, comment: String,
    deprecation: Deprecation?, names: MessageNames, types: TypeTable
  ) throws(GeneratorError) {
    name = field.name
    property = names.fields[field.number] ?? ""
    unwarned = names.unwarned[field.number] ?? property
    box = names.boxes[field.number] ?? ""
    number = Int(field.number)
    self.comment = comment
    self.deprecation = deprecation
    isRedacted = field.options?.debugRedact == true
    value = try Value(field, of: message, types: types)
    oneofIndex = field.realOneofIndex
    if field.label == .repeated {
      shape = try Self.repeatedShape(field, value, message, isProto3: isProto3, types: types)
    } else if field.proto3Optional || (!isProto3 && oneofIndex == nil) {
      shape = .optional
    } else {
      shape = .single
    }
  }

  private static func repeatedShape(
    _ field: FieldDescriptorProto, _ value: Value, _ message: String, isProto3: Bool,
    types: TypeTable
  ) throws(GeneratorError) -> Shape {
    if field.type == .message,
      case .message(let entry) = try types.entry(field.typeName).kind,
      entry.options?.mapEntry == true, entry.field.count == 2
    {
      return .map(
        key: try Value(entry.field[0], of: message, types: types),
        value: try Value(entry.field[1], of: message, types: types))
    }
    return .list(isPacked: value.isPackable && field.options?.packed ?? isProto3)
  }
}

extension Field.Value {
  /// - Throws: `.unknownType` or `.groupField`.
  init(
    _ field: FieldDescriptorProto, of message: String, types: TypeTable
  ) throws(GeneratorError) {
    switch field.type {
    case .message:
      self = .message(
        swiftType: try types.entry(field.typeName).swiftName,
        isRecursive: types.reaches(message, from: field.typeName))
    case .enum:
      let entry = try types.entry(field.typeName)
      guard case .enumeration(let defaultValue) = entry.kind else {
        throw .unknownType(field.typeName)
      }
      self = .enumeration(swiftType: entry.swiftName, defaultValue: defaultValue)
    default:
      guard let scalar = Self.scalar(field.type) else {
        throw .groupField("\(message.dropFirst()).\(field.name)")
      }
      self = scalar
    }
  }

  private static func scalar(_ type: FieldDescriptorProto.FieldType) -> Self? {
    switch type {
    case .double: .number("double", "Double", 1)
    case .float: .number("float", "Float", 5)
    case .int64: .number("int64", "Int64", 0)
    case .uint64: .number("uint64", "UInt64", 0)
    case .int32: .number("int32", "Int32", 0)
    case .fixed64: .number("fixed64", "UInt64", 1)
    case .fixed32: .number("fixed32", "UInt32", 5)
    case .uint32: .number("uint32", "UInt32", 0)
    case .sfixed32: .number("sfixed32", "Int32", 5)
    case .sfixed64: .number("sfixed64", "Int64", 1)
    case .sint32: .number("sint32", "Int32", 0)
    case .sint64: .number("sint64", "Int64", 0)
    case .bool:
      .scalar(protoName: "bool", swiftType: "Bool", defaultValue: "false", wireType: 0)
    case .string:
      .scalar(protoName: "string", swiftType: "String", defaultValue: "\"\"", wireType: 2)
    case .bytes:
      .scalar(protoName: "bytes", swiftType: "Bytes", defaultValue: "Bytes()", wireType: 2)
    case .message, .enum, .group, .unspecified, .unrecognized: nil
    }
  }

  private static func number(_ protoName: String, _ swiftType: String, _ wireType: Int) -> Self {
    .scalar(protoName: protoName, swiftType: swiftType, defaultValue: "0", wireType: wireType)
  }
}
