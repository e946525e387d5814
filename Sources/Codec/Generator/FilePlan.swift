import Descriptors

/// One .proto file with its comments, as the printers need it.
struct FilePlan {
  struct Service {
    let name: String
    let protoName: String
    let comment: String
    let deprecation: Deprecation?
    let methods: [Method]
  }

  struct Method {
    let name: String
    /// The name as a Swift identifier.
    let function: String
    let comment: String
    let deprecation: Deprecation?
    let request: String
    let response: String
    let streamsRequests: Bool
    let streamsResponses: Bool
    /// What the schema says about calling it twice.
    let idempotency: MethodOptions.IdempotencyLevel

    /// Whether it may be called twice; a level of a later schema language is not relied on.
    var isRepeatable: Bool { idempotency == .noSideEffects || idempotency == .idempotent }
  }

  /// The path as imported.
  let path: String
  let comment: String
  let messages: [MessagePlan]
  let enumerations: [EnumPlan]
  let services: [Service]
  let descriptor: FileDescriptorProto

  /// The beginning of the names of the Swift files.
  let baseName: String

  /// The static member of `ProtoFile` that describes the file.
  var constant: String { Names.fileConstant(path) }

  /// The paths of the files it imports, of those that generated code describes.
  let dependencies: [String]

  /// What the descriptor imports beside the codec.
  let dependencyModules: [String]

  /// What the messages import beside the codec.
  let messageModules: [String]

  /// What the services import beside the RPC.
  let serviceModules: [String]

  /// Reads a file, and takes a file name that is not among `fileNames` yet.
  ///
  /// The comments of the well-known types stay where they are: they belong to others, and speak of
  /// other languages.
  ///
  /// - Throws: What cannot be turned into Swift.
  init(
    _ file: FileDescriptorProto, types: TypeTable, fileNames: inout NameScope
  ) throws(GeneratorError) {
    let file = file.withRedaction
    var comments: [[Int32]: String] = [:]
    for location in file.sourceCodeInfo?.location ?? [] where !file.isWellKnown {
      comments[location.path] = location.comment
    }
    let planner = Planner(
      comments: comments, types: types, isProto3: file.syntax == "proto3",
      deprecation: file.isDeprecated ? Deprecation(comment: comments[[12]] ?? "") : nil)
    let scope = file.package.isEmpty ? "" : "." + file.package
    let prefix = file.swiftPrefix
    path = file.name
    descriptor = file
    comment = comments[[12]] ?? ""
    messages = try planner.messages(file.messageType, scope: scope, at: [4])
    enumerations = try planner.enumerations(file.enumType, scope: scope, at: [5])
    services = try planner.services(
      file.service, package: file.package, prefix: prefix)
    dependencies = file.dependency.filter(types.describes)
    dependencyModules = Set(dependencies.compactMap { types.fileModules[$0] }).sorted()
    messageModules = try types.modules(of: file.messageType.flatMap(\.typeNames))
    serviceModules = try types.modules(
      of: file.service.flatMap(\.method).flatMap { [$0.inputType, $0.outputType] })
    baseName = Self.baseName(file, prefix: prefix, in: &fileNames)
  }

  /// The name of the .proto file, behind those of its folders as far as it takes to be unlike others.
  private static func baseName(
    _ file: FileDescriptorProto, prefix: String, in fileNames: inout NameScope
  ) -> String {
    var folders = file.name.split(separator: "/")
    let stem = folders.popLast()?.split(separator: ".").first ?? ""
    var name = Names.upperCamel(String(stem))
    if !name.hasPrefix(prefix) { name = prefix + name }
    while fileNames.isTaken(name), let folder = folders.popLast() {
      name = Names.upperCamel(String(folder)) + name
    }
    return fileNames.claim(name)
  }
}

extension DescriptorProto {
  /// The full names of the types of its fields, and of those inside it.
  fileprivate var typeNames: [String] {
    field.map(\.typeName).filter { !$0.isEmpty } + nestedType.flatMap(\.typeNames)
  }
}
