import Descriptors

/// Every message and enum of a request, by its full name in the schema.
struct TypeTable {
  /// A message or enum and its name in Swift.
  struct Entry {
    enum Kind {
      case message(DescriptorProto)
      case enumeration(defaultCase: String)
    }
    let swiftName: String
    let kind: Kind
  }

  private var entries: [String: Entry] = [:]
  private var protoNames: [String: String] = [:]

  /// Names all types of `files`.
  ///
  /// - Throws: `.sameName` if two of those in `generated` have one name in Swift.
  init(files: [FileDescriptorProto], generated: Set<String>) throws(GeneratorError) {
    for file in files {
      let scope = file.package.isEmpty ? "" : "." + file.package
      let prefix = file.options?.swiftPrefix ?? ""
      let isGenerated = generated.contains(file.name)
      for message in file.messageType {
        try add(message, scope: scope, outer: "", prefix: prefix, isGenerated: isGenerated)
      }
      for enumeration in file.enumType {
        try add(enumeration, scope: scope, outer: "", prefix: prefix, isGenerated: isGenerated)
      }
    }
  }

  /// The type of a name with a dot in front.
  ///
  /// - Throws: `.unknownType`.
  func entry(_ name: String) throws(GeneratorError) -> Entry {
    guard let entry = entries[name] else { throw .unknownType(name) }
    return entry
  }

  /// Whether a message can hold, other than in a list or map, a message of the type `outer`.
  func reaches(_ outer: String, from name: String) -> Bool {
    var seen: Set<String> = []
    var open = [name]
    while let next = open.popLast() {
      if next == outer { return true }
      guard seen.insert(next).inserted, case .message(let message)? = entries[next]?.kind else {
        continue
      }
      open += message.field.filter { $0.type == .message && $0.label != .repeated }
        .map(\.typeName)
    }
    return false
  }

  private mutating func add(
    _ message: DescriptorProto, scope: String, outer: String, prefix: String, isGenerated: Bool
  ) throws(GeneratorError) {
    let name = scope + "." + message.name
    let swiftName = outer + Names.type(prefix + message.name)
    try add(
      Entry(swiftName: swiftName, kind: .message(message)), name, isGenerated: isGenerated)
    for nested in message.nestedType {
      try add(nested, scope: name, outer: swiftName + ".", prefix: "", isGenerated: isGenerated)
    }
    for nested in message.enumType {
      try add(nested, scope: name, outer: swiftName + ".", prefix: "", isGenerated: isGenerated)
    }
  }

  private mutating func add(
    _ enumeration: EnumDescriptorProto, scope: String, outer: String, prefix: String,
    isGenerated: Bool
  ) throws(GeneratorError) {
    let first = enumeration.value.first?.name ?? ""
    let defaultCase = Names.escaped(Names.enumCase(first, in: enumeration.name))
    try add(
      Entry(
        swiftName: outer + Names.type(prefix + enumeration.name),
        kind: .enumeration(defaultCase: defaultCase)),
      scope + "." + enumeration.name, isGenerated: isGenerated)
  }

  private mutating func add(
    _ entry: Entry, _ name: String, isGenerated: Bool
  ) throws(GeneratorError) {
    entries[name] = entry
    guard isGenerated else { return }
    if let first = protoNames.updateValue(name, forKey: entry.swiftName) {
      throw .sameName(entry.swiftName, first: first, second: name)
    }
  }
}
