public import Codec
import Synchronization

/// Types and services by their full names, from our own files or a stranger's.
public final class Schema: Sendable {
  /// A file as reflection passes it on.
  public struct File: Hashable, Sendable {
    /// The path as imported.
    public let path: String
    /// The paths of the files it imports.
    public let dependencies: [String]
    /// The serialized `google.protobuf.FileDescriptorProto`.
    public let serialized: Bytes
  }

  /// The files, in the order in which they were given.
  public let files: [File]

  /// The services, in the order of the files.
  public let services: [ServiceType]

  private let messages: [String: MessageType]
  private let enumerations: [String: EnumType]
  private let fileBySymbol: [String: String]

  /// Reads serialized file descriptors, in any order.
  ///
  /// Types that refer to each other may be in different files, so all that are needed must be there.
  ///
  /// - Throws: A `SchemaError` that says which type is wrong and why, or which limit is passed.
  public convenience init(
    serialized files: [Bytes], limits: SchemaLimits = SchemaLimits()
  ) throws(SchemaError) {
    var builder = SchemaBuilder(limits: limits)
    for file in files { try builder.add(file) }
    try self.init(builder)
  }

  /// Reads the files of generated messages, and all that they import.
  ///
  /// - Throws: A `SchemaError` if two different files have the same path or declare the same name.
  public convenience init(_ files: [ProtoFile]) throws(SchemaError) {
    var builder = SchemaBuilder(limits: SchemaLimits())
    var seen: Set<ObjectIdentifier> = []
    var open = files
    while let file = open.popLast() {
      guard seen.insert(ObjectIdentifier(file)).inserted else { continue }
      try builder.add(file.serialized)
      open += file.dependencies
    }
    try self.init(builder)
  }

  private init(_ builder: SchemaBuilder) throws(SchemaError) {
    let types = try builder.resolved()
    files = builder.files
    services = types.services
    messages = types.messages
    enumerations = types.enumerations
    fileBySymbol = builder.fileBySymbol
  }

  /// The message type of a full name.
  public func message(named name: String) -> MessageType? {
    messages[name]
  }

  /// The enum of a full name.
  public func enumeration(named name: String) -> EnumType? {
    enumerations[name]
  }

  /// The service of a full name.
  public func service(named name: String) -> ServiceType? {
    services.first { $0.name == name }
  }

  /// The full names of all message types, sorted.
  public var messageNames: [String] {
    messages.keys.sorted()
  }

  /// The full names of all enums, sorted.
  public var enumerationNames: [String] {
    enumerations.keys.sorted()
  }

  /// The file at a path.
  public func file(at path: String) -> File? {
    files.first { $0.path == path }
  }

  /// The file that declares a message, enum, service or method.
  public func file(declaring symbol: String) -> File? {
    fileBySymbol[symbol].flatMap { file(at: $0) }
  }
}

/// The schemas of generated files that were asked for; the files are kept, so that no other object
/// takes their place in memory.
private let schemas = Mutex<[ObjectIdentifier: (file: ProtoFile, schema: Schema)]>([:])

extension ProtoFile {
  /// The types of the file and of all that it imports; read once, then kept for good.
  ///
  /// - Throws: A `SchemaError` if the file was not written by the generator.
  public func schema() throws(SchemaError) -> Schema {
    if let known = schemas.withLock({ $0[ObjectIdentifier(self)]?.schema }) { return known }
    let schema = try Schema([self])
    schemas.withLock { $0[ObjectIdentifier(self)] = (self, schema) }
    return schema
  }
}
