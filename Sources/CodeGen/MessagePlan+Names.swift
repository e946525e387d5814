extension MessagePlan {
  /// Looks for names that are different in the schema and the same in Swift, or hidden by others.
  ///
  /// - Throws: `.sameName` or `.shadowed`.
  func checkNames() throws(GeneratorError) {
    var members: [String: String] = [:]
    var inner: [String: String] = [:]
    for message in messages { inner[message.shortName] = message.protoName }
    for enumeration in enumerations { inner[enumeration.shortName] = enumeration.swiftName }
    for property in properties {
      try add("\(protoName).\(property.protoName)", as: property.name, to: &members)
      if case .oneof(let oneof) = property {
        try add("\(protoName).\(oneof.name)", as: oneof.typeName, to: &inner)
      }
    }
    for type in referredTypes {
      let path = type.split(separator: ".")
      guard let first = path.first.map(String.init), inner[first] != nil else { continue }
      throw .shadowed(first, inside: protoName)
    }
  }

  private func add(
    _ name: String, as swiftName: String, to names: inout [String: String]
  ) throws(GeneratorError) {
    if let first = names.updateValue(name, forKey: swiftName) {
      throw .sameName(swiftName, first: first, second: name)
    }
  }

  /// The Swift names of messages and enums in the fields of this message and of those inside it.
  private var referredTypes: [String] {
    properties.flatMap(\.fields).map { field in
      if case .map(_, let value) = field.shape { value.swiftType } else { field.value.swiftType }
    } + messages.flatMap(\.referredTypes)
  }
}

extension MessagePlan.Property {
  /// The field, or the members of the oneof.
  var fields: [Field] {
    switch self {
    case .field(let field): [field]
    case .oneof(let oneof): oneof.members
    }
  }

  /// The name in the schema.
  var protoName: String {
    switch self {
    case .field(let field): field.name
    case .oneof(let oneof): oneof.name
    }
  }

  /// The name in Swift.
  var name: String {
    switch self {
    case .field(let field): field.property
    case .oneof(let oneof): oneof.property
    }
  }

  var comment: String {
    switch self {
    case .field(let field): field.comment
    case .oneof(let oneof): oneof.comment
    }
  }

  var storedType: String {
    switch self {
    case .field(let field): field.storedType
    case .oneof(let oneof): oneof.typeName + "?"
    }
  }

  var initialValue: String {
    switch self {
    case .field(let field): field.initialValue
    case .oneof: "nil"
    }
  }
}
