import Codec
import Descriptors

extension JSONReader {
  /// Writes the message that a value in its own form stands for.
  mutating func wellKnown(_ type: WellKnownType, _ index: Int) throws(JSONError) {
    switch type {
    case .any: try any(index)
    case .timestamp:
      let expected = "a time such as \"1970-01-01T00:00:00Z\", in the years 1 to 9999"
      guard let time = TimestampText.parse(try string(expected, index)) else {
        throw mismatch(expected, index)
      }
      write(time)
    case .duration:
      let expected = "seconds such as \"1.5s\", of at most 315576000000"
      guard let span = DurationText.parse(try string(expected, index)) else {
        throw mismatch(expected, index)
      }
      write(span)
    case .fieldMask:
      let expected = "paths in lowerCamelCase between commas"
      guard let paths = FieldMaskText.parse(try string(expected, index)) else {
        throw mismatch(expected, index)
      }
      for path in paths { output.field(1, .bytes(Bytes(path.utf8))) }
    case .structure: try structure(index)
    case .value: try value(index)
    case .list:
      guard document[index].kind == .array else { throw mismatch("an array", index) }
      for element in document.elements(of: index) {
        try nested(1, "google.protobuf.Value", element)
      }
    case .wrapper(let kind):
      if let scalar = try scalar(kind, index), !scalar.isZero { output.field(1, scalar) }
    }
  }

  private mutating func write(_ time: SecondsAndNanos) {
    if time.seconds != 0 { output.field(1, .varint(UInt64(bitPattern: time.seconds))) }
    if time.nanos != 0 { output.field(2, .varint(UInt64(bitPattern: Int64(time.nanos)))) }
  }

  private mutating func structure(_ index: Int) throws(JSONError) {
    guard document[index].kind == .object else { throw mismatch("an object", index) }
    var seen: Set<String> = []
    for member in document.members(of: index) {
      let name = try document.string(member.name)
      guard seen.insert(name).inserted else {
        throw fault(.repeated("the key \(document.excerpt(member.name))"), member.name)
      }
      try enter(member.value)
      let start = output.begin(1)
      output.field(1, .bytes(Bytes(name.utf8)))
      do throws(JSONError) {
        try nested(2, "google.protobuf.Value", member.value)
      } catch {
        throw error.inside("[\(document.excerpt(member.name))]")
      }
      output.end(start)
      leave()
    }
  }

  private mutating func value(_ index: Int) throws(JSONError) {
    switch document[index].kind {
    case .null: output.field(1, .varint(0))
    case .number:
      guard let number = JSONNumber.double(document.raw(index)) else {
        throw mismatch("a number within the range of double", index)
      }
      output.field(2, .fixed64(number.bitPattern))
    case .string, .escapedString:
      output.field(3, .bytes(Bytes(try document.string(index).utf8)))
    case .true: output.field(4, .varint(1))
    case .false: output.field(4, .varint(0))
    case .object: try nested(5, "google.protobuf.Struct", index)
    case .array: try nested(6, "google.protobuf.ListValue", index)
    }
  }

  /// An object with the name of a type under `@type`: beside it the fields of that type, or under
  /// `value` what stands for it in JSON.
  private mutating func any(_ index: Int) throws(JSONError) {
    guard document[index].kind == .object else { throw mismatch("an object", index) }
    let members = document.members(of: index)
    guard !members.isEmpty else { return }
    guard let typeMember = try member("@type", in: members) else {
      throw mismatch("a member \"@type\"", index)
    }
    let url = try string("the URL of a type", typeMember)
    guard let slash = url.lastIndex(of: "/"), url.index(after: slash) < url.endIndex else {
      throw mismatch("the URL of a type", typeMember)
    }
    let name = String(url[url.index(after: slash)...])
    output.field(1, .bytes(Bytes(url.utf8)))
    try enter(index)
    let start = output.begin(2)
    if let type = WellKnownType(name) {
      guard let value = try member("value", in: members) else {
        throw mismatch("a member \"value\"", index)
      }
      guard members.count == 2 || options.ignoresUnknownFields else {
        throw mismatch("no members but \"@type\" and \"value\"", index)
      }
      try wellKnown(type, value)
    } else {
      guard let type = schema.message(named: name) else {
        throw fault(.unknownType(name), typeMember)
      }
      try fields(of: type, index, skipping: "@type")
    }
    output.end(start)
    leave()
  }

  /// The value of the member of that name.
  private func member(
    _ name: String, in members: [(name: Int, value: Int)]
  ) throws(JSONError) -> Int? {
    var found: Int?
    for member in members where try document.string(member.name) == name {
      guard found == nil else { throw fault(.repeated("the member \"\(name)\""), member.name) }
      found = member.value
    }
    return found
  }
}
