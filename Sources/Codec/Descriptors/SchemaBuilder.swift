import Codec

/// Collects what files declare, and judges it as if each were written by an enemy.
struct SchemaBuilder {
  private struct Declared<Descriptor> {
    let name: String
    let descriptor: Descriptor
    let file: String
    let isProto3: Bool
  }

  private let limits: SchemaLimits
  private var byteCount = 0
  private var declarationCount = 0
  private(set) var files: [Schema.File] = []
  private(set) var fileBySymbol: [String: String] = [:]
  private var filesByPath: [String: Bytes] = [:]
  private var messages: [String: Declared<DescriptorProto>] = [:]
  private var enumerations: [String: Declared<EnumDescriptorProto>] = [:]
  private var services: [Declared<ServiceDescriptorProto>] = []

  init(limits: SchemaLimits) {
    self.limits = limits
  }

  /// Takes one file; the very same file once more is not an error.
  mutating func add(_ serialized: Bytes) throws(SchemaError) {
    byteCount += serialized.count
    guard byteCount <= limits.bytesMax else { throw .tooMany("bytes", limit: limits.bytesMax) }
    guard files.count < limits.filesMax else { throw .tooMany("files", limit: limits.filesMax) }
    let file: FileDescriptorProto
    do {
      file = try FileDescriptorProto(serialized: serialized)
    } catch {
      throw .unreadable(error)
    }
    if let known = filesByPath[file.name] {
      guard known == serialized else { throw .repeated("file \(file.name)") }
      return
    }
    filesByPath[file.name] = serialized
    files.append(
      Schema.File(path: file.name, dependencies: file.dependency, serialized: serialized))
    guard ["", "proto2", "proto3"].contains(file.syntax) else {
      throw .malformed(file.name, why: "has the syntax \"\(file.syntax)\", which is not known here")
    }
    for word in file.package.split(separator: ".", omittingEmptySubsequences: file.package.isEmpty)
    {
      try check(String(word), in: file.name)
    }
    for message in file.messageType { try add(message, scope: file.package, of: file) }
    for enumeration in file.enumType { try add(enumeration, scope: file.package, of: file) }
    for service in file.service { try add(service, of: file) }
  }

  private mutating func add(
    _ message: DescriptorProto, scope: String, of file: FileDescriptorProto
  ) throws(SchemaError) {
    let name = try declare(message.name, in: scope, of: file, members: message.field.count)
    messages[name] = Declared(
      name: name, descriptor: message, file: file.name, isProto3: file.syntax == "proto3")
    for field in message.field { try check(field.name, in: name) }
    for nested in message.nestedType { try add(nested, scope: name, of: file) }
    for nested in message.enumType { try add(nested, scope: name, of: file) }
  }

  private mutating func add(
    _ enumeration: EnumDescriptorProto, scope: String, of file: FileDescriptorProto
  ) throws(SchemaError) {
    let name = try declare(
      enumeration.name, in: scope, of: file, members: enumeration.value.count)
    guard !enumeration.value.isEmpty else { throw .malformed(name, why: "has no values") }
    for value in enumeration.value { try check(value.name, in: name) }
    enumerations[name] = Declared(
      name: name, descriptor: enumeration, file: file.name, isProto3: file.syntax == "proto3")
  }

  private mutating func add(
    _ service: ServiceDescriptorProto, of file: FileDescriptorProto
  ) throws(SchemaError) {
    let name = try declare(service.name, in: file.package, of: file, members: 0)
    for method in service.method {
      _ = try declare(method.name, in: name, of: file, members: 0)
    }
    services.append(
      Declared(name: name, descriptor: service, file: file.name, isProto3: true))
  }

  private mutating func declare(
    _ name: String, in scope: String, of file: FileDescriptorProto, members: Int
  ) throws(SchemaError) -> String {
    try check(name, in: scope.isEmpty ? file.name : scope)
    let fullName = scope.isEmpty ? name : "\(scope).\(name)"
    guard fullName.utf8.count <= limits.nameBytesMax else {
      throw .malformed(
        String(fullName.prefix(80)) + "…",
        why: "has a name of \(fullName.utf8.count) bytes; the limit is \(limits.nameBytesMax)")
    }
    declarationCount += 1 + members
    guard declarationCount <= limits.declarationsMax else {
      throw .tooMany("declarations", limit: limits.declarationsMax)
    }
    guard fileBySymbol.updateValue(file.name, forKey: fullName) == nil else {
      throw .repeated(fullName)
    }
    return fullName
  }

  private func check(_ name: String, in scope: String) throws(SchemaError) {
    let letters = name.utf8.first.map { !(0x30...0x39).contains($0) } ?? false
    let legal = name.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
        true
      default: false
      }
    }
    guard letters, legal else {
      throw .malformed(scope, why: "holds the name \"\(name.prefix(80))\", which is not legal")
    }
  }
}

extension SchemaBuilder {
  /// What a schema holds.
  struct Types {
    var messages: [String: MessageType] = [:]
    var enumerations: [String: EnumType] = [:]
    var services: [ServiceType] = []
  }

  /// Follows every reference.
  ///
  /// - Throws: `.unknownType`, `.repeated` or `.malformed`.
  func resolved() throws(SchemaError) -> Types {
    var types = Types()
    // In order, so that of several faults the same one is always named.
    for (name, declared) in enumerations.sorted(by: { $0.key < $1.key }) {
      types.enumerations[name] = try EnumType(
        name: name, file: declared.file,
        values: declared.descriptor.value.map { ($0.name, $0.number ?? 0) },
        allowsAliases: declared.descriptor.options?.allowAlias == true)
    }
    for (name, declared) in messages.sorted(by: { $0.key < $1.key }) {
      var fields: [FieldType] = []
      for field in declared.descriptor.field where field.type != .group {
        fields.append(try resolve(field, of: declared, types.enumerations))
      }
      types.messages[name] = try MessageType(
        name: name, file: declared.file, fields: fields,
        oneofs: declared.descriptor.oneofDecl.map(\.name))
    }
    for declared in services {
      var methods: [ServiceType.Method] = []
      for method in declared.descriptor.method {
        let name = "\(declared.name).\(method.name)"
        methods.append(
          ServiceType.Method(
            name: method.name, request: try messageName(method.inputType, usedBy: name),
            response: try messageName(method.outputType, usedBy: name),
            streamsRequests: method.clientStreaming, streamsResponses: method.serverStreaming))
      }
      types.services.append(
        ServiceType(name: declared.name, file: declared.file, methods: methods))
    }
    return types
  }

  private func resolve(
    _ field: FieldDescriptorProto, of message: Declared<DescriptorProto>,
    _ enumerations: [String: EnumType]
  ) throws(SchemaError) -> FieldType {
    let name = "\(message.name).\(field.name)"
    guard (1...536_870_911).contains(field.number) else {
      throw .malformed(name, why: "has the number \(field.number), not one in 1...536870911")
    }
    let kind = try self.kind(of: field, name, enumerations)
    let shape = try shape(of: field, kind, name, isProto3: message.isProto3, enumerations)
    var oneofIndex: Int?
    if let index = field.oneofIndex, !field.proto3Optional {
      guard message.descriptor.oneofDecl.indices.contains(Int(index)) else {
        throw .malformed(name, why: "is in the oneof \(index), which is not declared")
      }
      oneofIndex = Int(index)
    }
    var hasPresence = !message.isProto3 || field.proto3Optional || oneofIndex != nil
    if case .message = kind { hasPresence = true }
    switch shape {
    case .single: break
    case .list, .map:
      guard oneofIndex == nil else { throw .malformed(name, why: "is repeated and in a oneof") }
      hasPresence = false
    }
    return FieldType(
      name: field.name, jsonName: field.jsonName.isEmpty ? field.defaultJSONName : field.jsonName,
      number: Int(field.number), kind: kind, shape: shape, oneofIndex: oneofIndex,
      hasPresence: hasPresence, isRedacted: field.options?.debugRedact == true)
  }

  private func kind(
    of field: FieldDescriptorProto, _ name: String, _ enumerations: [String: EnumType]
  ) throws(SchemaError) -> FieldType.Kind {
    switch field.type {
    case .double: return .double
    case .float: return .float
    case .int64: return .int64
    case .uint64: return .uint64
    case .int32: return .int32
    case .fixed64: return .fixed64
    case .fixed32: return .fixed32
    case .bool: return .bool
    case .string: return .string
    case .bytes: return .bytes
    case .uint32: return .uint32
    case .sfixed32: return .sfixed32
    case .sfixed64: return .sfixed64
    case .sint32: return .sint32
    case .sint64: return .sint64
    case .message: return .message(try messageName(field.typeName, usedBy: name))
    case .enum:
      guard let type = enumerations[String(field.typeName.dropFirst())],
        field.typeName.hasPrefix(".")
      else { throw .unknownType(field.typeName, usedBy: name) }
      return .enumeration(type)
    case .unspecified, .group, .unrecognized:
      throw .malformed(name, why: "has the type \(field.type.rawValue), which is not known here")
    }
  }

  private func messageName(
    _ reference: String, usedBy user: String
  ) throws(SchemaError) -> String {
    let name = String(reference.dropFirst())
    guard reference.hasPrefix("."), messages[name] != nil else {
      throw .unknownType(reference, usedBy: user)
    }
    return name
  }

  private func shape(
    of field: FieldDescriptorProto, _ kind: FieldType.Kind, _ name: String, isProto3: Bool,
    _ enumerations: [String: EnumType]
  ) throws(SchemaError) -> FieldType.Shape {
    var entry: DescriptorProto?
    if case .message(let type) = kind, let message = messages[type]?.descriptor,
      message.options?.mapEntry == true
    {
      entry = message
    }
    guard field.label == .repeated else {
      guard entry == nil else { throw .malformed(name, why: "is one entry of a map") }
      return .single
    }
    guard let entry else {
      return .list(isPacked: kind.isPackable && field.options?.packed ?? isProto3)
    }
    guard entry.field.count == 2, entry.field.map(\.number) == [1, 2],
      entry.field.allSatisfy({ $0.label != .repeated })
    else { throw .malformed(name, why: "is a map whose entries are not a key and a value") }
    let key = try self.kind(of: entry.field[0], name + ".key", enumerations)
    guard key.isMapKey else { throw .malformed(name, why: "is a map by what cannot be a key") }
    return .map(
      key: key, value: try self.kind(of: entry.field[1], name + ".value", enumerations))
  }
}

extension FieldType.Kind {
  /// Whether lists of it can be packed: all but strings, bytes and messages.
  fileprivate var isPackable: Bool {
    switch self {
    case .string, .bytes, .message: false
    case .double, .float, .int64, .uint64, .int32, .fixed64, .fixed32, .bool, .uint32, .sfixed32,
      .sfixed64, .sint32, .sint64, .enumeration:
      true
    }
  }

  fileprivate var isMapKey: Bool {
    switch self {
    case .double, .float, .bytes, .message, .enumeration: false
    case .int64, .uint64, .int32, .fixed64, .fixed32, .bool, .uint32, .sfixed32, .sfixed64,
      .sint32, .sint64, .string:
      true
    }
  }
}
