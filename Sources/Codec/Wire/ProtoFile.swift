/// A .proto file as generated code carries it, for whatever must know names and types at run time:
/// the JSON mapping, text printing, reflection, generic clients.
///
/// Each is one static member, made when it is first asked for; encoding and decoding never do.
public final class ProtoFile: Sendable {
  /// The path as imported, such as `diyml/v1/auth.proto`.
  public let path: String

  /// The files that this one imports.
  public let dependencies: [ProtoFile]

  private let descriptor: String

  /// Takes the serialized descriptor as text in which every character below U+0100 is one byte.
  ///
  /// As text it costs no time to compile, and since the descriptor of a field begins with a byte
  /// that is a line feed, a change of the schema shows as changed lines.
  public init(path: String, dependencies: [ProtoFile], descriptor: String) {
    self.path = path
    self.dependencies = dependencies
    self.descriptor = descriptor
  }

  /// The serialized `google.protobuf.FileDescriptorProto`, without comments; made anew each time.
  public var serialized: Bytes {
    Bytes(descriptor.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) })
  }
}
