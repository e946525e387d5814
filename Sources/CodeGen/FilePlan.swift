import Descriptors

/// One .proto file with its comments, as the printers need it.
struct FilePlan {
  struct Service {
    let name: String
    let protoName: String
    let comment: String
    let methods: [Method]
  }

  struct Method {
    /// What the schema says about calling it twice; the cases are those of `MethodDescriptor`.
    enum Idempotency {
      case unknown, noSideEffects, idempotent
    }

    let name: String
    let comment: String
    let request: String
    let response: String
    let streamsRequests: Bool
    let streamsResponses: Bool
    let idempotency: Idempotency

    /// The name as a Swift identifier.
    var function: String { Names.escaped(Names.lowerCamel(name)) }
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

  /// - Throws: What cannot be turned into Swift.
  init(_ file: FileDescriptorProto, types: TypeTable) throws(GeneratorError) {
    let file = file.withRedaction
    var comments: [[Int32]: String] = [:]
    for location in file.sourceCodeInfo?.location ?? [] {
      comments[location.path] = location.comment
    }
    let planner = Planner(comments: comments, types: types, isProto3: file.syntax == "proto3")
    let scope = file.package.isEmpty ? "" : "." + file.package
    let prefix = file.options?.swiftPrefix ?? ""
    path = file.name
    descriptor = file
    comment = comments[[12]] ?? ""
    messages = try planner.messages(file.messageType, scope: scope, at: [4])
    enumerations = try planner.enumerations(file.enumType, scope: scope, at: [5])
    services = try planner.services(
      file.service, package: file.package, prefix: prefix)
    let stem = file.name.split(separator: "/").last?.split(separator: ".").first ?? ""
    let name = Names.upperCamel(String(stem))
    baseName = name.hasPrefix(prefix) ? name : prefix + name
  }
}
