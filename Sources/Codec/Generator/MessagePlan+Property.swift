extension MessagePlan.Property {
  /// The field, or the members of the oneof.
  var fields: [Field] {
    switch self {
    case .field(let field): [field]
    case .oneof(let oneof): oneof.members
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
