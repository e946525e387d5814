/// A message type of a schema.
public final class MessageType: Sendable {
  /// The full name, such as `diyml.v1.LoginRequest`.
  public let name: String

  /// The path of the file that declares it.
  public let file: String

  /// The fields in the order of the declaration; groups of proto2 are left out.
  public let fields: [FieldType]

  /// The names of the oneofs that ``FieldType/oneofIndex`` refers to.
  public let oneofs: [String]

  private let indexByNumber: [Int: Int]
  private let indexByName: [String: Int]

  init(name: String, file: String, fields: [FieldType], oneofs: [String]) throws(SchemaError) {
    self.name = name
    self.file = file
    self.fields = fields
    self.oneofs = oneofs
    var numbers: [Int: Int] = [:]
    var names: [String: Int] = [:]
    var jsonNames: [String: Int] = [:]
    for (index, field) in fields.enumerated() {
      guard numbers.updateValue(index, forKey: field.number) == nil else {
        throw .repeated("\(name): field number \(field.number)")
      }
      guard names.updateValue(index, forKey: field.name) == nil else {
        throw .repeated("\(name).\(field.name)")
      }
      guard jsonNames.updateValue(index, forKey: field.jsonName) == nil else {
        throw .repeated("\(name): the JSON name \(field.jsonName)")
      }
    }
    indexByNumber = numbers
    indexByName = names.merging(jsonNames) { _, json in json }
  }

  /// The position in ``fields`` of the field with this number.
  public func index(ofNumber number: Int) -> Int? {
    indexByNumber[number]
  }

  /// The field with this name, in the schema or in JSON.
  public func field(named name: String) -> FieldType? {
    indexByName[name].map { fields[$0] }
  }
}

/// A field of a message type.
public struct FieldType: Sendable {
  /// What a single value is.
  public enum Kind: Sendable {
    case double, float, int64, uint64, int32, fixed64, fixed32, bool, string, bytes, uint32
    case sfixed32, sfixed64, sint32, sint64
    /// A number that may have a name.
    case enumeration(EnumType)
    /// A message of the type with this full name.
    case message(String)
  }

  /// How many values there can be.
  public enum Shape: Sendable {
    /// At most one.
    case single
    /// Any number, in one length-delimited field if they are packed.
    case list(isPacked: Bool)
    /// One for each key.
    case map(key: Kind, value: Kind)
  }

  /// The name in the schema, such as `page_token`.
  public let name: String

  /// The name in JSON, such as `pageToken`.
  public let jsonName: String

  /// The number on the wire.
  public let number: Int

  /// What one value is; of a map, the message type of its entries.
  public let kind: Kind

  /// How many values there can be.
  public let shape: Shape

  /// Which of ``MessageType/oneofs`` it is a member of; nil for one that is only `optional`.
  public let oneofIndex: Int?

  /// Whether a field that is set to its default differs from one that is not set.
  public let hasPresence: Bool

  /// Whether it holds what logs must not.
  public let isRedacted: Bool
}

/// An enum of a schema.
public final class EnumType: Sendable {
  /// The full name, such as `diyml.v1.Scope`.
  public let name: String

  /// The path of the file that declares it.
  public let file: String

  /// The values in the order of the declaration; a number may have several names.
  public let values: [(name: String, number: Int32)]

  private let nameByNumber: [Int32: String]
  private let numberByName: [String: Int32]

  init(
    name: String, file: String, values: [(name: String, number: Int32)], allowsAliases: Bool
  ) throws(SchemaError) {
    self.name = name
    self.file = file
    self.values = values
    var names: [Int32: String] = [:]
    var numbers: [String: Int32] = [:]
    for value in values {
      guard numbers.updateValue(value.number, forKey: value.name) == nil else {
        throw .repeated("\(name): the value \(value.name)")
      }
      if names[value.number] == nil {
        names[value.number] = value.name
      } else if !allowsAliases {
        throw .repeated("\(name): the number \(value.number)")
      }
    }
    nameByNumber = names
    numberByName = numbers
  }

  /// The first name of a number.
  public func name(of number: Int32) -> String? {
    nameByNumber[number]
  }

  /// The number that has this name.
  public func number(named name: String) -> Int32? {
    numberByName[name]
  }
}

/// A service of a schema.
public struct ServiceType: Sendable {
  /// One method.
  public struct Method: Sendable {
    /// The name within the service.
    public let name: String
    /// The full name of what it takes.
    public let request: String
    /// The full name of what it returns.
    public let response: String
    /// Whether it takes a stream.
    public let streamsRequests: Bool
    /// Whether it returns a stream.
    public let streamsResponses: Bool
  }

  /// The full name, such as `diyml.v1.Auth`.
  public let name: String

  /// The path of the file that declares it.
  public let file: String

  /// The methods in the order of the declaration.
  public let methods: [Method]
}

extension FieldDescriptorProto {
  /// The name in JSON of a field that is given none: `page_token` becomes `pageToken`.
  package var defaultJSONName: String {
    var result = ""
    var capitalizes = false
    for character in name.unicodeScalars {
      if character == "_" {
        capitalizes = true
      } else {
        result += capitalizes ? String(character).uppercased() : String(character)
        capitalizes = false
      }
    }
    return result
  }
}
