import Codec
import Descriptors

/// Turns the bytes of a message into JSON, by the schema alone.
struct JSONPrinter {
  let schema: Schema
  let options: JSONPrintingOptions
  var output: JSONWriter
  private var depth = 0

  init(schema: Schema, options: JSONPrintingOptions) {
    self.schema = schema
    self.options = options
    output = JSONWriter(isPretty: options.isPretty)
  }

  /// Adds the value that stands for a message.
  mutating func message(_ typeName: String, _ bytes: Bytes) throws(JSONError) {
    if let type = WellKnownType(typeName) {
      return try wellKnown(type, bytes)
    }
    guard let type = schema.message(named: typeName) else {
      throw JSONError(.unknownType(typeName))
    }
    output.open("{")
    try fields(of: type, bytes)
    output.close("}")
  }

  /// Adds the members that stand for the fields of a message.
  mutating func fields(of type: MessageType, _ bytes: Bytes) throws(JSONError) {
    guard output.bytes.count <= options.outputBytesMax else {
      throw JSONError(.tooLarge(bytes: output.bytes.count, limit: options.outputBytesMax))
    }
    let present = try values(of: type, bytes)
    guard options.alwaysPrintFieldsWithoutPresence else {
      for values in present.known { try member(values) }
      return
    }
    let byNumber = Dictionary(uniqueKeysWithValues: present.known.map { ($0.field.number, $0) })
    for field in type.fields {
      if let values = byNumber[field.number] {
        try member(values)
      } else if !field.hasPresence {
        try member(FieldValues.Values(field: field, values: []))
      }
    }
  }

  /// What a message holds.
  func values(of type: MessageType, _ bytes: Bytes) throws(JSONError) -> FieldValues {
    do throws(DecodingError) {
      return try FieldValues(bytes, of: type, limits: options.limits)
    } catch {
      throw JSONError(.undecodable(error))
    }
  }

  private mutating func member(_ values: FieldValues.Values) throws(JSONError) {
    let field = values.field
    if field.isRedacted, options.masksSecrets {
      name(field)
      output.string("[REDACTED]")
      return
    }
    do throws(JSONError) {
      switch field.shape {
      case .single: try single(values)
      case .list:
        let elements = try decoded { () throws(DecodingError) in
          try values.elements(limits: options.limits)
        }
        guard !elements.isEmpty || options.alwaysPrintFieldsWithoutPresence else { return }
        name(field)
        output.open("[")
        for (index, element) in elements.enumerated() {
          output.element()
          do throws(JSONError) {
            try value(field.kind, element)
          } catch {
            throw error.inside("[\(index)]")
          }
        }
        output.close("]")
      case .map(let key, let kind): try map(values, key, kind)
      }
    } catch {
      throw (field.isRedacted ? error.masked : error).inside(field.name)
    }
  }

  private mutating func name(_ field: FieldType) {
    output.member(options.preserveProtoFieldNames ? field.name : field.jsonName)
  }

  private mutating func single(_ values: FieldValues.Values) throws(JSONError) {
    let field = values.field
    if case .message(let type) = field.kind {
      name(field)
      try nested(type, values.values.merged)
      return
    }
    let value = values.values.last ?? field.kind.zero
    guard
      field.hasPresence || options.alwaysPrintFieldsWithoutPresence || !field.kind.isZero(value)
    else { return }
    name(field)
    try self.value(field.kind, value)
  }

  private mutating func map(
    _ values: FieldValues.Values, _ keyKind: FieldType.Kind, _ kind: FieldType.Kind
  ) throws(JSONError) {
    name(values.field)
    output.open("{")
    let entries = try decoded { () throws(DecodingError) in
      try values.values.mapEntries(key: keyKind, value: kind, depthMax: options.limits.depthMax)
    }
    for (key, value) in entries {
      let text = try keyText(keyKind, key)
      output.member(text)
      do throws(JSONError) {
        try enter()
        try self.value(kind, value)
        depth -= 1
      } catch {
        throw error.inside("[\(text)]")
      }
    }
    output.close("}")
  }

  private func keyText(_ kind: FieldType.Kind, _ key: WireValue) throws(JSONError) -> String {
    switch kind {
    case .string: try string(key)
    case .bool: kind.unsigned(key) == 0 ? "false" : "true"
    case .uint32, .uint64, .fixed32, .fixed64: String(kind.unsigned(key))
    case .int32, .int64, .sint32, .sint64, .sfixed32, .sfixed64, .double, .float, .bytes,
      .enumeration, .message:
      String(kind.signed(key))
    }
  }

  /// Adds one value.
  mutating func value(_ kind: FieldType.Kind, _ value: WireValue) throws(JSONError) {
    switch kind {
    case .double, .float: output.raw(kind.floatingText(value))
    case .int32, .sint32, .sfixed32: output.raw(String(kind.signed(value)))
    case .uint32, .fixed32: output.raw(String(kind.unsigned(value)))
    case .int64, .sint64, .sfixed64: output.string(String(kind.signed(value)))
    case .uint64, .fixed64: output.string(String(kind.unsigned(value)))
    case .bool: output.raw(kind.unsigned(value) == 0 ? "false" : "true")
    case .string: output.string(try string(value))
    case .bytes: output.string(Base64.text(value.content))
    case .enumeration(let type):
      let number = Int32(truncatingIfNeeded: kind.signed(value))
      if type.isNullValue {
        output.raw("null")
      } else if let name = type.name(of: number) {
        output.string(name)
      } else {
        output.raw(String(number))
      }
    case .message(let type): try nested(type, value.content)
    }
  }

  /// Adds a message inside the one that is being printed.
  mutating func nested(_ type: String, _ bytes: Bytes) throws(JSONError) {
    try enter()
    try message(type, bytes)
    depth -= 1
  }

  /// Adds the members that stand for a message inside the one that is being printed.
  mutating func members(of type: MessageType, _ bytes: Bytes) throws(JSONError) {
    try enter()
    try fields(of: type, bytes)
    depth -= 1
  }

  private mutating func enter() throws(JSONError) {
    guard depth < options.limits.depthMax else {
      throw JSONError(.tooDeep(limit: options.limits.depthMax))
    }
    depth += 1
  }

  /// The characters of a string.
  func string(_ value: WireValue) throws(JSONError) -> String {
    try decoded { () throws(DecodingError) in try value.string() }
  }

  /// Turns an error of decoding into one of JSON.
  func decoded<Result>(_ body: () throws(DecodingError) -> Result) throws(JSONError) -> Result {
    do {
      return try body()
    } catch {
      throw JSONError(.undecodable(error))
    }
  }
}
