import Descriptors

/// The names of what is inside one message, no two of them the same.
///
/// Names of the schema that differ only in underscores or capitals become one name in Swift. The
/// field of the lowest number has it then, and the others have their number behind it: so a field
/// that is added later renames none.
struct MessageNames {
  /// By number: a property, or the case of a oneof.
  private(set) var fields: [Int32: String] = [:]
  /// By number, for fields whose message is stored out of line.
  private(set) var boxes: [Int32: String] = [:]
  /// By number, for deprecated fields: what generated code calls them instead.
  private(set) var unwarned: [Int32: String] = [:]
  /// By index.
  private(set) var oneofs: [Int: (property: String, type: String)] = [:]

  /// Names what a message has beside `inner`, the names of the types inside it.
  init(_ message: DescriptorProto, inner: [String], types: TypeTable) {
    var members = NameScope(taken: Set(inner))
    var cases: [Int: NameScope] = [:]
    for field in message.field.sorted(by: { $0.number < $1.number }) {
      let name = Names.safe(Names.lowerCamel(field.name))
      guard let index = field.realOneofIndex else {
        fields[field.number] = Names.quoted(members.claim(name, orWith: "_\(field.number)"))
        continue
      }
      // A property of such an enum is optional, so `.none` would mean that it is nil.
      let member = ["none", "some"].contains(name) ? name + "_" : name
      fields[field.number] = Names.quoted(
        cases[index, default: NameScope()].claim(member, orWith: "_\(field.number)"))
    }
    var typeNames = NameScope(taken: types.firstNames(in: message).union(inner))
    for index in Set(message.field.compactMap(\.realOneofIndex)).sorted() {
      let name = message.oneofDecl[index].name
      let property = members.claim(Names.safe(Names.lowerCamel(name)), orWith: "_oneof")
      let type = typeNames.claim(Names.type(Names.lowerCamel(name).capitalizedFirst))
      oneofs[index] = (property: Names.quoted(property), type: type)
    }
    for field in message.field {
      boxes[field.number] = members.claim(Names.lowerCamel(field.name) + "Box")
    }
    for field in message.field where field.isDeprecated {
      let name = Names.lowerCamel(field.name)
      unwarned[field.number] =
        if let index = field.realOneofIndex {
          cases[index, default: NameScope()].claim(name + "Deprecated")
        } else {
          members.claim(name + "Stored")
        }
    }
  }
}

extension FieldDescriptorProto {
  /// The oneof that the field is a member of; `optional` has one in the descriptor only.
  var realOneofIndex: Int? { proto3Optional ? nil : oneofIndex.map(Int.init) }
}

extension String {
  fileprivate var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}

/// The names that are taken within one scope of Swift: different names of the schema can become one.
struct NameScope {
  private var taken: Set<String>

  init(taken: Set<String> = []) {
    self.taken = taken
  }

  func isTaken(_ name: String) -> Bool {
    taken.contains(name)
  }

  /// Takes `name`, or when that is taken `name` with `suffix`, with underscores until it is free.
  mutating func claim(_ name: String, orWith suffix: String = "_") -> String {
    var candidate = taken.contains(name) ? name + suffix : name
    while !taken.insert(candidate).inserted { candidate += "_" }
    return candidate
  }
}
