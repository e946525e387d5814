import Descriptors

/// Turns the descriptors of one file into plans: names, comments and the order of things.
struct Planner {
  /// By path from the file descriptor down.
  let comments: [[Int32]: String]
  let types: TypeTable
  let isProto3: Bool
  /// That of the whole file, which all outermost types and services share.
  let deprecation: Deprecation?

  func messages(
    _ messages: [DescriptorProto], scope: String, at path: [Int32]
  ) throws(GeneratorError) -> [MessagePlan] {
    var plans: [MessagePlan] = []
    for (index, message) in messages.enumerated() where message.options?.mapEntry != true {
      plans.append(try plan(message, scope: scope, at: path + [Int32(index)]))
    }
    return plans
  }

  func enumerations(
    _ enumerations: [EnumDescriptorProto], scope: String, at path: [Int32]
  ) throws(GeneratorError) -> [EnumPlan] {
    var plans: [EnumPlan] = []
    for (index, enumeration) in enumerations.enumerated() {
      plans.append(try plan(enumeration, scope: scope, at: path + [Int32(index)]))
    }
    return plans
  }

  func services(
    _ services: [ServiceDescriptorProto], package: String, prefix: String
  ) throws(GeneratorError) -> [FilePlan.Service] {
    var plans: [FilePlan.Service] = []
    for (index, service) in services.enumerated() {
      let path: [Int32] = [6, Int32(index)]
      var methods: [FilePlan.Method] = []
      // What generated code has beside the methods.
      var functions = NameScope(taken: ["all", "caller", "routes"])
      for (index, method) in service.method.enumerated() {
        methods.append(
          FilePlan.Method(
            name: method.name,
            function: Names.quoted(functions.claim(Names.safe(Names.lowerCamel(method.name)))),
            comment: comment(at: path + [2, Int32(index)]),
            deprecation: deprecation(method.isDeprecated, at: path + [2, Int32(index)]),
            request: try types.entry(method.inputType).swiftName,
            response: try types.entry(method.outputType).swiftName,
            streamsRequests: method.clientStreaming, streamsResponses: method.serverStreaming,
            idempotency: method.options?.idempotencyLevel ?? .unknown))
      }
      plans.append(
        FilePlan.Service(
          name: name(of: service, prefix: prefix),
          protoName: package.isEmpty ? service.name : "\(package).\(service.name)",
          comment: comment(at: path),
          deprecation: deprecation(service.isDeprecated, at: path) ?? deprecation,
          methods: methods))
    }
    return plans
  }

  /// A name that no message or enum has with what generated code puts behind it.
  private func name(of service: ServiceDescriptorProto, prefix: String) -> String {
    var name = prefix + service.name
    while ["Client", "Methods", "Service"].contains(where: { types.isGenerated(name + $0) }) {
      name += "_"
    }
    return name
  }

  private func plan(
    _ message: DescriptorProto, scope: String, at path: [Int32]
  ) throws(GeneratorError) -> MessagePlan {
    let name = "\(scope).\(message.name)"
    let messages = try messages(message.nestedType, scope: name, at: path + [3])
    let enumerations = try enumerations(message.enumType, scope: name, at: path + [4])
    let names = MessageNames(
      message, inner: messages.flatMap(\.innerNames) + enumerations.flatMap(\.innerNames),
      types: types)
    var fields: [Field] = []
    for (index, field) in message.field.enumerated() {
      let path = path + [2, Int32(index)]
      fields.append(
        try Field(
          field, of: name, isProto3: isProto3, comment: comment(at: path),
          deprecation: deprecation(field.isDeprecated, at: path), names: names, types: types))
    }
    let entry = try types.entry(name)
    return MessagePlan(
      protoName: String(name.dropFirst()), swiftName: entry.swiftName,
      comment: comment(at: path),
      alias: alias(of: entry, isDeprecated: message.isDeprecated, at: path),
      properties: properties(fields, names: names, at: path),
      messages: messages, enumerations: enumerations)
  }

  private func properties(
    _ fields: [Field], names: MessageNames, at path: [Int32]
  ) -> [MessagePlan.Property] {
    var properties: [MessagePlan.Property] = []
    var seen: Set<Int> = []
    for field in fields {
      guard let index = field.oneofIndex, let oneof = names.oneofs[index] else {
        properties.append(.field(field))
        continue
      }
      guard seen.insert(index).inserted else { continue }
      properties.append(
        .oneof(
          MessagePlan.Oneof(
            comment: comment(at: path + [8, Int32(index)]),
            members: fields.filter { $0.oneofIndex == index },
            property: oneof.property, typeName: oneof.type)))
    }
    return properties
  }

  private func plan(
    _ enumeration: EnumDescriptorProto, scope: String, at path: [Int32]
  ) throws(GeneratorError) -> EnumPlan {
    var cases: [EnumPlan.Case] = []
    var aliases: [EnumPlan.Alias] = []
    var names = NameScope()
    var seen: Set<[String]> = []
    for (index, value) in enumeration.value.enumerated() {
      let wireNumber = value.number ?? 0
      let plain = Names.safe(Names.enumCase(value.name, in: enumeration.name))
      // `MOO` and `moo` are one name in Swift, and may be two for the same number.
      guard seen.insert([plain, "\(wireNumber)"]).inserted else { continue }
      let number = wireNumber < 0 ? "minus\(wireNumber.magnitude)" : "\(wireNumber)"
      let name = Names.quoted(names.claim(plain, orWith: "_" + number))
      let path = path + [2, Int32(index)]
      let deprecation = deprecation(value.isDeprecated, at: path)
      if let original = cases.first(where: { $0.number == wireNumber }) {
        aliases.append(EnumPlan.Alias(name: name, original: original, deprecation: deprecation))
      } else {
        let unwarned = deprecation == nil ? name : names.claim(plain + "Deprecated")
        cases.append(
          EnumPlan.Case(
            name: name, unwarned: unwarned, number: wireNumber, comment: comment(at: path),
            deprecation: deprecation))
      }
    }
    let entry = try types.entry("\(scope).\(enumeration.name)")
    return EnumPlan(
      swiftName: entry.swiftName, comment: comment(at: path),
      alias: alias(of: entry, isDeprecated: enumeration.isDeprecated, at: path), cases: cases,
      aliases: aliases)
  }

  private func deprecation(_ isDeprecated: Bool, at path: [Int32]) -> Deprecation? {
    isDeprecated ? Deprecation(comment: comment(at: path)) : nil
  }

  /// The name of the schema for a type that has another one because it is deprecated, by itself or
  /// with the whole file.
  private func alias(
    of entry: TypeTable.Entry, isDeprecated: Bool, at path: [Int32]
  ) -> DeprecatedAlias? {
    guard let name = entry.alias,
      let deprecation = deprecation(isDeprecated, at: path) ?? deprecation
    else { return nil }
    return DeprecatedAlias(name: Names.last(of: name), deprecation: deprecation)
  }

  private func comment(at path: [Int32]) -> String {
    comments[path] ?? ""
  }
}
