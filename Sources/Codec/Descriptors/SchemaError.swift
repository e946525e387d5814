public import Codec

/// Why files do not make a schema.
public enum SchemaError: Error, Hashable, Sendable {
  /// A file's bytes are not a descriptor.
  case unreadable(DecodingError)
  /// There are more of something than ``SchemaLimits`` allows.
  case tooMany(String, limit: Int)
  /// Two things have one full name, or one number, in the same place.
  case repeated(String)
  /// A field or method refers to a type that no file declares, or that is of another kind.
  case unknownType(String, usedBy: String)
  /// Something is not as the language demands.
  case malformed(String, why: String)
}

extension SchemaError: CustomStringConvertible {
  /// One phrase with the thing, the value and the limit.
  public var description: String {
    switch self {
    case .unreadable(let error): "a file descriptor cannot be read: \(error)"
    case .tooMany(let things, let limit): "the files hold too many \(things); the limit is \(limit)"
    case .repeated(let name): "\(name) is declared twice"
    case .unknownType(let name, let user): "\(user) refers to \(name), which no file declares"
    case .malformed(let name, let why): "\(name) \(why)"
    }
  }
}

/// What a stranger's files can make a schema cost.
public struct SchemaLimits: Hashable, Sendable {
  /// How many files; 4,096 by default.
  public var filesMax: Int

  /// The bytes of all files together; 16 MiB by default.
  public var bytesMax: Int

  /// How many messages, fields, enums, values, services and methods together; 262,144 by default.
  public var declarationsMax: Int

  /// The bytes of a full name; 1,024 by default.
  public var nameBytesMax: Int

  /// Sets the limits; each default suits files from a stranger.
  public init(
    filesMax: Int = 4096, bytesMax: Int = 16 << 20, declarationsMax: Int = 1 << 18,
    nameBytesMax: Int = 1024
  ) {
    self.filesMax = filesMax
    self.bytesMax = bytesMax
    self.declarationsMax = declarationsMax
    self.nameBytesMax = nameBytesMax
  }
}
