public import Codec
public import Descriptors

/// Why JSON is not the message it was taken for, or a message has no JSON; and where.
public struct JSONError: Error, Hashable, Sendable {
  /// What is wrong.
  public enum Reason: Hashable, Sendable {
    /// The text is not JSON.
    case syntax(String)
    /// A value is of another kind than the field, or outside its range.
    case mismatch(expected: String, found: String)
    /// The message has no field of this name.
    case unknownField(String, type: String)
    /// The enum has no value of this name.
    case unknownValue(String, type: String)
    /// The schema has no type of this name.
    case unknownType(String)
    /// A field, a key of a map, or a oneof is given twice.
    case repeated(String)
    /// The message holds a value for which there is no JSON.
    case unprintable(String)
    /// There are more bytes than the limit allows.
    case tooLarge(bytes: Int, limit: Int)
    /// Objects, arrays or messages are nested deeper than the limit allows.
    case tooDeep(limit: Int)
    /// There are more values than the limit allows.
    case tooManyElements(limit: Int)
    /// The bytes are not the message they were taken for.
    case undecodable(DecodingError)
    /// The message cannot be encoded.
    case unencodable(EncodingError)
    /// The generated files do not make a schema.
    case schema(SchemaError)
  }

  /// What is wrong.
  public private(set) var reason: Reason

  /// The way from the outermost message to the value, such as `items[3].name`.
  public private(set) var path = ""

  /// Where the value begins in the text, in bytes; nil if the fault is not in a text.
  public let offset: Int?

  init(_ reason: Reason, at offset: Int? = nil) {
    self.reason = reason
    self.offset = offset
  }

  /// The same error, seen from the message around.
  func inside(_ step: String) -> JSONError {
    var error = self
    error.path = step + (path.isEmpty || path.hasPrefix("[") ? path : "." + path)
    return error
  }

  /// The same error without a word of the text, which must not be in logs.
  var masked: JSONError {
    let mask = "[REDACTED]"
    var error = self
    error.path = ""
    switch reason {
    case .mismatch(let expected, _): error.reason = .mismatch(expected: expected, found: mask)
    case .unknownField(_, let type): error.reason = .unknownField(mask, type: type)
    case .unknownValue(_, let type): error.reason = .unknownValue(mask, type: type)
    case .unknownType: error.reason = .unknownType(mask)
    case .repeated: error.reason = .repeated(mask)
    case .unprintable: error.reason = .unprintable(mask)
    case .syntax, .tooLarge, .tooDeep, .tooManyElements, .undecodable, .unencodable, .schema: break
    }
    return error
  }
}

extension JSONError: CustomStringConvertible {
  /// One phrase with the place, the value and the limit.
  public var description: String {
    let place = offset.map { " at byte \($0)" } ?? ""
    return (path.isEmpty ? "" : path + ": ") + "\(reason)" + place
  }
}

extension JSONError.Reason: CustomStringConvertible {
  /// One phrase with the value and the limit.
  public var description: String {
    switch self {
    case .syntax(let text): "not JSON: \(text)"
    case .mismatch(let expected, let found): "expected \(expected), not \(found)"
    case .unknownField(let name, let type): "\(type) has no field \"\(name)\""
    case .unknownValue(let name, let type): "\(type) has no value \"\(name)\""
    case .unknownType(let name): "no type \"\(name)\" in the schema"
    case .repeated(let name): "\(name) is given twice"
    case .unprintable(let text): "no JSON for \(text)"
    case .tooLarge(let bytes, let limit): "\(bytes) bytes; the limit is \(limit)"
    case .tooDeep(let limit): "nested deeper than \(limit)"
    case .tooManyElements(let limit): "more than \(limit) values"
    case .undecodable(let error): "\(error)"
    case .unencodable(let error): "\(error)"
    case .schema(let error): "\(error)"
    }
  }
}
