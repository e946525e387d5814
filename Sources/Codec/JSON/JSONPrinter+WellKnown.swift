import Codec
import Descriptors

extension JSONPrinter {
  /// Adds the form of its own that a message has.
  mutating func wellKnown(_ type: WellKnownType, _ bytes: Bytes) throws(JSONError) {
    let fields = try rawFields(bytes)
    switch type {
    case .any: try any(fields)
    case .timestamp:
      let time = seconds(fields)
      guard let text = TimestampText.text(time) else {
        throw JSONError(
          .unprintable("a timestamp of \(time.seconds) seconds and \(time.nanos) nanoseconds"))
      }
      output.string(text)
    case .duration:
      let span = seconds(fields)
      guard let text = DurationText.text(span) else {
        throw JSONError(
          .unprintable("a duration of \(span.seconds) seconds and \(span.nanos) nanoseconds"))
      }
      output.string(text)
    case .fieldMask:
      var paths: [String] = []
      for field in fields where field.number == 1 && field.value.type == .lengthDelimited {
        paths.append(try string(field.value))
      }
      guard let text = FieldMaskText.text(paths) else {
        throw JSONError(.unprintable("the field mask \(paths.prefix(8))"))
      }
      output.string(text)
    case .structure: try structure(fields)
    case .value: try value(fields)
    case .list:
      output.open("[")
      for field in fields where field.number == 1 && field.value.type == .lengthDelimited {
        output.element()
        try nested("google.protobuf.Value", field.value.content)
      }
      output.close("]")
    case .wrapper(let kind):
      try value(kind, last(1, kind.wireType, in: fields) ?? kind.zero)
    }
  }

  private func rawFields(_ bytes: Bytes) throws(JSONError) -> [(number: Int, value: WireValue)] {
    try decoded { () throws(DecodingError) in
      var fields: [(number: Int, value: WireValue)] = []
      var rest = WireFields(bytes, depthMax: options.limits.depthMax)
      while let field = try rest.next() {
        guard fields.count < options.limits.elementsMax else {
          throw DecodingError(.tooManyElements(limit: options.limits.elementsMax), at: 0)
        }
        fields.append(field)
      }
      return fields
    }
  }

  private func last(
    _ number: Int, _ type: WireType, in fields: [(number: Int, value: WireValue)]
  ) -> WireValue? {
    fields.last { $0.number == number && $0.value.type == type }?.value
  }

  private func seconds(_ fields: [(number: Int, value: WireValue)]) -> SecondsAndNanos {
    let seconds = last(1, .varint, in: fields).map(FieldType.Kind.int64.signed)
    let nanos = last(2, .varint, in: fields).map(FieldType.Kind.int32.signed)
    return SecondsAndNanos(seconds: seconds ?? 0, nanos: Int32(truncatingIfNeeded: nanos ?? 0))
  }

  private mutating func structure(
    _ fields: [(number: Int, value: WireValue)]
  ) throws(JSONError) {
    let entries = fields.filter { $0.number == 1 && $0.value.type == .lengthDelimited }
      .map(\.value)
    output.open("{")
    for (key, value) in try decoded({ () throws(DecodingError) in
      try entries.mapEntries(
        key: .string, value: .message("google.protobuf.Value"), depthMax: options.limits.depthMax)
    }) {
      output.member(try string(key))
      try nested("google.protobuf.Value", value.content)
    }
    output.close("}")
  }

  /// The member of the oneof that is set last; none is null too.
  private mutating func value(
    _ fields: [(number: Int, value: WireValue)]
  ) throws(JSONError) {
    let types: [Int: WireType] = [
      1: .varint, 2: .fixed64, 3: .lengthDelimited, 4: .varint, 5: .lengthDelimited,
      6: .lengthDelimited,
    ]
    let members = fields.filter { types[$0.number] == $0.value.type }
    guard let last = members.last else { return output.raw("null") }
    let start = members.lastIndex { $0.number != last.number }.map { $0 + 1 } ?? 0
    let merged = members[start...].map(\.value).merged
    switch last.number {
    case 1: output.raw("null")
    case 2:
      let text = FieldType.Kind.double.floatingText(last.value)
      guard !text.hasPrefix("\"") else {
        throw JSONError(.unprintable("a google.protobuf.Value of \(text.dropFirst().dropLast())"))
      }
      output.raw(text)
    case 3: output.string(try string(last.value))
    case 4: output.raw(FieldType.Kind.bool.unsigned(last.value) == 0 ? "false" : "true")
    case 5: try nested("google.protobuf.Struct", merged)
    default: try nested("google.protobuf.ListValue", merged)
    }
  }

  private mutating func any(_ fields: [(number: Int, value: WireValue)]) throws(JSONError) {
    let url = try last(1, .lengthDelimited, in: fields).map(string) ?? ""
    let content = last(2, .lengthDelimited, in: fields)?.content ?? Bytes()
    if url.isEmpty, content.isEmpty {
      output.raw("{}")
      return
    }
    guard let slash = url.lastIndex(of: "/"), url.index(after: slash) < url.endIndex else {
      throw JSONError(.unprintable("an Any of the type \"\(url.prefix(80))\", which is not a URL"))
    }
    let name = String(url[url.index(after: slash)...])
    output.open("{")
    output.member("@type")
    output.string(url)
    if WellKnownType(name) != nil {
      output.member("value")
      try nested(name, content)
    } else {
      guard let type = schema.message(named: name) else { throw JSONError(.unknownType(name)) }
      try members(of: type, content)
    }
    output.close("}")
  }
}
