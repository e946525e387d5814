import Descriptors
import Codec
import Foundation
import Testing

/// The messages and enums of the contract and of the test schema, by full name.
///
/// It is read with the codec that is under test; a fault there shows at once, since every message
/// type is looked up here by its name.
struct Schema {
  private(set) var messages: [String: DescriptorProto] = [:]
  private(set) var enumerations: [String: EnumDescriptorProto] = [:]

  static func load() throws -> Schema {
    let url = try #require(
      Bundle.module.url(forResource: "schema", withExtension: "bin", subdirectory: "Fixtures"))
    let set = try FileDescriptorSet(serialized: Bytes(Data(contentsOf: url)))
    var schema = Schema()
    for file in set.file {
      for message in file.messageType { schema.add(message, scope: file.package) }
      for enumeration in file.enumType {
        schema.enumerations["\(file.package).\(enumeration.name)"] = enumeration
      }
    }
    return schema
  }

  /// Whether there may be a map in a message of that name, at any depth.
  func reachesMap(_ name: String) -> Bool {
    var seen: Set<String> = [name]
    var open = [name]
    while let next = open.popLast() {
      guard let message = messages[next] else { continue }
      if message.options?.mapEntry == true { return true }
      for field in message.field where !field.typeName.isEmpty {
        let type = String(field.typeName.dropFirst())
        if seen.insert(type).inserted { open.append(type) }
      }
    }
    return false
  }

  private mutating func add(_ message: DescriptorProto, scope: String) {
    let name = "\(scope).\(message.name)"
    messages[name] = message
    for nested in message.nestedType { add(nested, scope: name) }
    for enumeration in message.enumType {
      enumerations["\(name).\(enumeration.name)"] = enumeration
    }
  }
}
