import Codec
import CommandLineKit
import Foundation
import ProtoJSON

/// Requests written as JSON, by the rules of proto3.
enum RequestJSON {
  /// The objects of a text: one, or an array of them.
  ///
  /// - Throws: `CommandFailure.usage` if the text is neither.
  static func objects(_ text: Bytes, from source: String) throws -> [[String: Any]] {
    let value: Any
    do {
      value = try JSONSerialization.jsonObject(with: Data(text))
    } catch {
      throw CommandFailure.usage("\(source) is not JSON")
    }
    return try objects(value, from: source)
  }

  /// One object, or an array of them.
  static func objects(_ value: Any, from source: String) throws -> [[String: Any]] {
    if let object = value as? [String: Any] { return [object] }
    guard let objects = value as? [[String: Any]] else {
      throw CommandFailure.usage("\(source) is neither an object nor an array of them")
    }
    return objects
  }

  /// Adds a field to each of the objects: `NAME=VALUE`, or `NAME=@FILE` for the bytes of a file.
  static func add(
    _ field: String, to objects: inout [[String: Any]], folder: String = ""
  ) throws {
    guard let equals = field.firstIndex(of: "="), equals > field.startIndex else {
      throw CommandFailure.usage(
        "'\(TextWidth.printable(field))' is not a field; want NAME=VALUE or NAME=@FILE")
    }
    let name = String(field[..<equals])
    var value = String(field[field.index(after: equals)...])
    if value.hasPrefix("@") {
      let path = InputFile.path(String(value.dropFirst()), in: folder)
      value = Data(try InputFile.bytes(at: path)).base64EncodedString()
    }
    if objects.isEmpty { objects = [[:]] }
    for index in objects.indices { objects[index][name] = value }
  }

  /// The encoded message of an object.
  ///
  /// - Throws: `CommandFailure.usage` that names the field that is wrong.
  static func message(_ object: [String: Any], as type: any Message.Type) throws -> Bytes {
    let json = try JSONSerialization.data(withJSONObject: object)
    do {
      return try encode(json, type)
    } catch let error as JSONError {
      throw CommandFailure.usage("the request is not a \(type.protoName): \(error)")
    }
  }

  private static func encode<M: Message>(_ json: Data, _ type: M.Type) throws -> Bytes {
    Bytes(try M(json: json).serialized())
  }
}
