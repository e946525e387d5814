import Codec
import Descriptors

/// Turns a text of JSON into the bytes of a message, by the schema alone.
struct JSONReader {
  let document: JSONDocument
  let schema: Schema
  let options: JSONReadingOptions
  var output = WireBuilder()
  private var depth = 0

  init(_ document: JSONDocument, schema: Schema, options: JSONReadingOptions) {
    self.document = document
    self.schema = schema
    self.options = options
  }

  /// Writes the message that a value stands for.
  mutating func message(_ typeName: String, _ index: Int) throws(JSONError) {
    if let type = WellKnownType(typeName) {
      return try wellKnown(type, index)
    }
    guard let type = schema.message(named: typeName) else {
      throw fault(.unknownType(typeName), index)
    }
    try fields(of: type, index)
  }

  /// Writes the fields that an object holds, but for members named `skipped`.
  mutating func fields(
    of type: MessageType, _ object: Int, skipping skipped: String? = nil
  ) throws(JSONError) {
    guard document[object].kind == .object else { throw mismatch("an object", object) }
    var seen: Set<Int> = []
    var oneofs: Set<Int> = []
    for member in document.members(of: object) {
      let name = try document.string(member.name)
      if name == skipped { continue }
      guard let field = type.field(named: name) else {
        if options.ignoresUnknownFields { continue }
        throw fault(.unknownField(name, type: type.name), member.name)
      }
      guard seen.insert(field.number).inserted else {
        throw fault(.repeated("the field \(field.name)"), member.name)
      }
      if isAbsent(field, member.value) { continue }
      if let oneof = field.oneofIndex, !oneofs.insert(oneof).inserted {
        throw fault(.repeated("the oneof \(type.oneofs[oneof])"), member.name)
      }
      do throws(JSONError) {
        try self.field(field, member.value)
      } catch {
        throw (field.isRedacted ? error.masked : error).inside(field.name)
      }
    }
  }

  private func isAbsent(_ field: FieldType, _ value: Int) -> Bool {
    guard document[value].kind == .null else { return false }
    switch field.shape {
    case .single: return !field.kind.hasNull
    case .list, .map: return true
    }
  }

  private mutating func field(_ field: FieldType, _ value: Int) throws(JSONError) {
    switch field.shape {
    case .single:
      if case .message(let type) = field.kind {
        try nested(field.number, type, value)
      } else if let scalar = try scalar(field.kind, value), field.hasPresence || !scalar.isZero {
        output.field(field.number, scalar)
      }
    case .list(let isPacked):
      try list(field, value, isPacked: isPacked)
    case .map(let key, let kind):
      try map(field.number, key, kind, value)
    }
  }

  private mutating func list(
    _ field: FieldType, _ value: Int, isPacked: Bool
  ) throws(JSONError) {
    guard document[value].kind == .array else { throw mismatch("an array", value) }
    let elements = document.elements(of: value)
    guard !elements.isEmpty else { return }
    let start = isPacked ? output.begin(field.number) : 0
    for (index, element) in elements.enumerated() {
      do throws(JSONError) {
        if case .message(let type) = field.kind {
          try nested(field.number, type, element)
        } else if let scalar = try scalar(field.kind, element) {
          if isPacked { output.packed(scalar) } else { output.field(field.number, scalar) }
        }
      } catch {
        throw error.inside("[\(index)]")
      }
    }
    if isPacked { output.end(start) }
  }

  private mutating func map(
    _ number: Int, _ keyKind: FieldType.Kind, _ kind: FieldType.Kind, _ object: Int
  ) throws(JSONError) {
    guard document[object].kind == .object else { throw mismatch("an object", object) }
    var seen: Set<WireValue> = []
    for member in document.members(of: object) {
      let key = try mapKey(keyKind, member.name)
      guard seen.insert(key).inserted else {
        throw fault(.repeated("the key \(document.excerpt(member.name))"), member.name)
      }
      do throws(JSONError) {
        if case .message(let type) = kind {
          try enter(member.value)
          let start = output.begin(number)
          output.field(1, key)
          try nested(2, type, member.value)
          output.end(start)
          depth -= 1
        } else if let scalar = try scalar(kind, member.value) {
          try enter(member.value)
          let start = output.begin(number)
          output.field(1, key)
          output.field(2, scalar)
          output.end(start)
          depth -= 1
        }
      } catch {
        throw error.inside("[\(document.excerpt(member.name))]")
      }
    }
  }

  /// Writes a message inside the one that is being written.
  mutating func nested(_ number: Int, _ type: String, _ value: Int) throws(JSONError) {
    try enter(value)
    let start = output.begin(number)
    try message(type, value)
    output.end(start)
    depth -= 1
  }

  /// Counts one level of messages more; `leave` takes it back.
  mutating func enter(_ value: Int) throws(JSONError) {
    guard depth < options.limits.messageDepthMax else {
      throw fault(.tooDeep(limit: options.limits.messageDepthMax), value)
    }
    depth += 1
  }

  mutating func leave() {
    depth -= 1
  }

  func fault(_ reason: JSONError.Reason, _ index: Int) -> JSONError {
    JSONError(reason, at: Int(document[index].start))
  }

  func mismatch(_ expected: String, _ index: Int) -> JSONError {
    fault(.mismatch(expected: expected, found: document.excerpt(index)), index)
  }
}

extension WireValue {
  /// Whether it is what a field without presence has anyway.
  var isZero: Bool {
    switch self {
    case .varint(let value), .fixed64(let value): value == 0
    case .fixed32(let value): value == 0
    case .bytes(let value), .group(let value): value.isEmpty
    }
  }
}
