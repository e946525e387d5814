import Descriptors

/// Every message and enum of a request, by its full name in the schema.
struct TypeTable {
  /// A message or enum and its name in Swift.
  struct Entry {
    enum Kind {
      case message(DescriptorProto)
      case enumeration(defaultValue: String)
    }
    let swiftName: String
    /// The Swift name that users know; nil if it is the same, as for all that is not deprecated.
    let alias: String?
    let kind: Kind
    /// What must be imported for it; nil for a type of the module that is generated.
    let module: String?
  }

  /// By path: the modules that have what is not generated now.
  let fileModules: [String: String]

  private let generated: Set<String>
  /// By package.
  private let modules: [String: String]
  private var entries: [String: Entry] = [:]
  private var protoNames: [String: String] = [:]
  /// The Swift name of a type outside all others, for it and for each type inside it.
  private var outermost: [String: String] = [:]
  /// The Swift names that users know of deprecated types.
  private var aliases: [String: String] = [:]

  /// Names all types of `files`; `modules` says by package where those are that are not generated.
  ///
  /// - Throws: `.sameName` if two of those in `generated` have one name in Swift.
  init(
    files: [FileDescriptorProto], generated: Set<String>, modules: [String: String]
  ) throws(GeneratorError) {
    self.generated = generated
    self.modules = modules
    var fileModules: [String: String] = [:]
    for file in files where !generated.contains(file.name) {
      fileModules[file.name] = modules[file.package]
    }
    self.fileModules = fileModules
    let own = Set(files.filter { generated.contains($0.name) }.flatMap(\.swiftNames))
    for file in files {
      nameOutermost(of: file, own: own, isGenerated: generated.contains(file.name))
    }
    for file in files {
      let isGenerated = generated.contains(file.name)
      let module = isGenerated ? nil : modules[file.package]
      for message in file.messageType {
        let name = file.scope + message.name
        try add(
          message, name, as: outermost[name] ?? "", module: module, isGenerated: isGenerated)
      }
      for enumeration in file.enumType {
        let name = file.scope + enumeration.name
        try add(
          enumeration, name, as: outermost[name] ?? "", module: module, isGenerated: isGenerated)
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

  /// Whether generated code describes the file of this path.
  func describes(_ path: String) -> Bool {
    generated.contains(path) || fileModules[path] != nil
  }

  /// Whether one of the types that are generated, and in no other, has this name in Swift.
  func isGenerated(_ swiftName: String) -> Bool {
    protoNames[swiftName] != nil
  }

  /// What must be imported for types of these names.
  ///
  /// - Throws: `.unknownType`.
  func modules(of names: [String]) throws(GeneratorError) -> [String] {
    var modules: Set<String> = []
    for name in names {
      if let module = try entry(name).module { modules.insert(module) }
    }
    return modules.sorted()
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

  /// What the Swift names of the types in the fields of a message, and of those inside it, begin
  /// with: no type inside the message may be called that, or it would be meant instead.
  func firstNames(in message: DescriptorProto) -> Set<String> {
    var names: Set<String> = []
    for field in message.field {
      guard let first = outermost[field.typeName]?.split(separator: ".").first else { continue }
      names.insert(String(first))
    }
    return message.nestedType.reduce(into: names) { $0.formUnion(firstNames(in: $1)) }
  }
}

extension TypeTable {
  /// A type of another module that is hidden by one of this module is named with its module.
  private mutating func nameOutermost(
    of file: FileDescriptorProto, own: Set<String>, isGenerated: Bool
  ) {
    let module = isGenerated ? nil : modules[file.package]
    let siblings = Set(file.typeNames)
    func swiftName(_ name: String, isDeprecated: Bool) -> String {
      let known = Names.type(file.swiftPrefix + name, besides: siblings)
      let isHidden = file.isDeprecated || isDeprecated
      if isHidden { aliases[file.scope + name] = known }
      let name = isHidden ? Names.deprecated(known, besides: siblings) : known
      guard let module, own.contains(name) else { return name }
      return module + "." + name
    }
    for message in file.messageType {
      let name = swiftName(message.name, isDeprecated: message.isDeprecated)
      mark(message, file.scope + message.name, inside: name)
    }
    for enumeration in file.enumType {
      outermost[file.scope + enumeration.name] = swiftName(
        enumeration.name, isDeprecated: enumeration.isDeprecated)
    }
  }

  private mutating func mark(_ message: DescriptorProto, _ name: String, inside outer: String) {
    outermost[name] = outer
    for nested in message.enumType { outermost["\(name).\(nested.name)"] = outer }
    for nested in message.nestedType { mark(nested, "\(name).\(nested.name)", inside: outer) }
  }

  private mutating func add(
    _ message: DescriptorProto, _ name: String, as swiftName: String, module: String?,
    isGenerated: Bool
  ) throws(GeneratorError) {
    try add(
      Entry(
        swiftName: swiftName, alias: aliases[name], kind: .message(message), module: module),
      name, isGenerated: isGenerated)
    let siblings = Set(message.nestedType.map(\.name) + message.enumType.map(\.name))
    var hidden = firstNames(in: message)
    func claim(_ candidate: String, for nested: String) -> String {
      var inner = candidate
      while hidden.contains(inner) || (inner != nested && siblings.contains(inner)) { inner += "_" }
      hidden.insert(inner)
      return "\(swiftName).\(inner)"
    }
    func inner(_ nested: String, isDeprecated: Bool) -> String {
      let known = claim(Names.type(nested, besides: siblings), for: nested)
      guard isDeprecated else { return known }
      aliases["\(name).\(nested)"] = known
      return claim(Names.deprecated(Names.last(of: known), besides: siblings), for: nested)
    }
    for nested in message.nestedType {
      try add(
        nested, "\(name).\(nested.name)",
        as: inner(nested.name, isDeprecated: nested.isDeprecated), module: module,
        isGenerated: isGenerated)
    }
    for nested in message.enumType {
      try add(
        nested, "\(name).\(nested.name)",
        as: inner(nested.name, isDeprecated: nested.isDeprecated), module: module,
        isGenerated: isGenerated)
    }
  }

  private mutating func add(
    _ enumeration: EnumDescriptorProto, _ name: String, as swiftName: String, module: String?,
    isGenerated: Bool
  ) throws(GeneratorError) {
    let first = enumeration.value.first ?? EnumValueDescriptorProto()
    let defaultCase = Names.quoted(Names.safe(Names.enumCase(first.name, in: enumeration.name)))
    let defaultValue =
      first.isDeprecated ? "\(swiftName)(rawValue: \(first.number ?? 0))" : "." + defaultCase
    try add(
      Entry(
        swiftName: swiftName, alias: aliases[name],
        kind: .enumeration(defaultValue: defaultValue), module: module),
      name, isGenerated: isGenerated)
  }

  private mutating func add(
    _ entry: Entry, _ name: String, isGenerated: Bool
  ) throws(GeneratorError) {
    entries[name] = entry
    guard isGenerated else { return }
    for swiftName in [entry.swiftName, entry.alias].compactMap(\.self) {
      if let first = protoNames.updateValue(name, forKey: swiftName) {
        throw .sameName(swiftName, first: first, second: name)
      }
    }
  }
}

extension FileDescriptorProto {
  static let wellKnownPackage = "google.protobuf"

  /// What stands before the names of the file's types in the schema.
  var scope: String { package.isEmpty ? "." : ".\(package)." }

  /// What stands before the Swift names of the file's types.
  ///
  /// The well-known types get one of their own: they would hide `Any` and `Duration` of Swift.
  var swiftPrefix: String {
    if let prefix = options?.swiftPrefix, !prefix.isEmpty { return prefix }
    return isWellKnown ? "Proto" : ""
  }

  var isWellKnown: Bool { package == Self.wellKnownPackage }

  /// The names of messages and enums outside all others, as far as Swift accepts them.
  fileprivate var typeNames: [String] {
    (messageType.map(\.name) + enumType.map(\.name)).map { swiftPrefix + $0 }
  }

  /// `typeNames`, and the other ones of those that are deprecated.
  fileprivate var swiftNames: [String] {
    let names =
      messageType.filter { isDeprecated || $0.isDeprecated }.map(\.name)
      + enumType.filter { isDeprecated || $0.isDeprecated }.map(\.name)
    let siblings = Set(typeNames)
    return typeNames
      + names.map { name in
        Names.deprecated(Names.type(swiftPrefix + name, besides: siblings), besides: siblings)
      }
  }
}
