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
  /// Nil if it is not deprecated.
  let alias: DeprecatedAlias?
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
    /// The name by which generated code makes it: another if it is deprecated.
    let unwarned: String
    let number: Int32
    let comment: String
    let deprecation: Deprecation?
  }

  /// A further name of a number that has a case.
  struct Alias {
    let name: String
    let original: Case
    let deprecation: Deprecation?
  }

  let swiftName: String
  let comment: String
  /// Nil if it is not deprecated.
  let alias: DeprecatedAlias?
  /// One for each number.
  let cases: [Case]
  let aliases: [Alias]

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
  var name: String {
    switch self {
    case .field(let field): field.property
    case .oneof(let oneof): oneof.property
    }
  }

  /// The name by which generated code reaches it.
  var unwarned: String {
    switch self {
    case .field(let field): field.unwarned
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

  /// What a user of the property is told; a oneof is not deprecated, only members of it are.
  var deprecation: Deprecation? {
    switch self {
    case .field(let field): field.deprecation
    case .oneof: nil
    }
  }
}

extension MessagePlan {
  /// What it takes of the names inside the enclosing message.
  var innerNames: [String] { [shortName] + (alias.map { [$0.name] } ?? []) }
}

extension EnumPlan {
  /// What it takes of the names inside the enclosing message.
  var innerNames: [String] { [shortName] + (alias.map { [$0.name] } ?? []) }
}
