/// One message: its fields, and the oneofs that group some of them.
struct MessagePlan {
  /// Fields of which at most one is set.
  struct Oneof {
    let comment: String
    let members: [Field]
    /// The name as a Swift identifier.
    let property: String
    let typeName: String

    /// The property, reached from a method with variables of its own.
    var member: String { Names.member(property) }

    /// Whether a member can hold the message that holds the oneof.
    var isRecursive: Bool {
      members.contains { field in
        if case .message(_, isRecursive: true) = field.value { true } else { false }
      }
    }
  }

  /// A stored property: a field or a oneof.
  enum Property {
    case field(Field)
    case oneof(Oneof)
  }

  /// The full name without a dot in front.
  let protoName: String
  let swiftName: String
  let comment: String
  /// In the order of the schema; a oneof stands where its first member does.
  let properties: [Property]
  let messages: [MessagePlan]
  let enumerations: [EnumPlan]

  /// The name inside the enclosing type.
  var shortName: String { Names.last(of: swiftName) }
}

/// One enum.
struct EnumPlan {
  struct Case {
    let name: String
    let number: Int32
    let comment: String
  }

  let swiftName: String
  let comment: String
  /// One for each number.
  let cases: [Case]
  /// Further names of numbers that have a case.
  let aliases: [(name: String, original: String)]

  /// The name inside the enclosing type.
  var shortName: String { Names.last(of: swiftName) }
}

extension MessagePlan.Property {
  /// The field, or the members of the oneof.
  var fields: [Field] {
    switch self {
    case .field(let field): [field]
    case .oneof(let oneof): oneof.members
    }
  }

  /// The name in Swift.
  var name: String { facts.name }
  var comment: String { facts.comment }
  var storedType: String { facts.storedType }
  var initialValue: String { facts.initialValue }

  private var facts: (name: String, comment: String, storedType: String, initialValue: String) {
    switch self {
    case .field(let field): (field.property, field.comment, field.storedType, field.initialValue)
    case .oneof(let oneof): (oneof.property, oneof.comment, oneof.typeName + "?", "nil")
    }
  }
}
