import Descriptors
import SeededRandom

/// Makes the bytes of random messages from their descriptors.
///
/// Fields come in any order, lists packed, not packed or in parts, numbers at and around their
/// bounds. What libprotobuf-c is known to treat differently is left out: messages that come in
/// parts, the same key twice in a map, strings that are not UTF-8 or hold a NUL, groups, -0.0 where
/// zero is left out, and depths above 100.
struct RandomMessages {
  let schema: Schema
  var random: SeededGenerator
  private var depth = 0

  init(schema: Schema, seed: UInt64) {
    self.schema = schema
    random = SeededGenerator(seed: seed)
  }

  /// The bytes of a message of the full name `type`.
  mutating func message(_ type: String) -> [UInt8] {
    guard let descriptor = schema.messages[type] else { preconditionFailure("no message \(type)") }
    depth += 1
    defer { depth -= 1 }
    var fields: [[UInt8]] = []
    var oneofs: [Int32: [FieldDescriptorProto]] = [:]
    for field in descriptor.field {
      if let index = field.oneofIndex {
        oneofs[index, default: []].append(field)
      } else {
        fields += self.fields(field)
      }
    }
    for (_, members) in oneofs.sorted(by: { $0.key < $1.key }) {
      guard let member = members.randomElement(using: &random) else { continue }
      fields += self.fields(member)
    }
    if isLikely(1, of: 10) { fields.append(unknownField()) }
    return fields.shuffled(using: &random).flatMap { $0 }
  }

  /// A field with its tag, or none, or several for a list.
  private mutating func fields(_ field: FieldDescriptorProto) -> [[UInt8]] {
    let isTooDeep = field.type == .message && depth > 3
    guard !isTooDeep, isLikely(3, of: 5) else { return [] }
    guard field.label == .repeated else { return [tagged(field)] }
    if let entry = mapEntry(field) { return map(field, entry) }
    let count = Int.random(in: 1...4, using: &random)
    guard field.type.wireType != 2, isLikely(2, of: 3) else {
      return (0..<count).map { _ in tagged(field) }
    }
    return [packed(field, count: count)] + (isLikely(1, of: 4) ? [packed(field, count: 2)] : [])
  }

  private mutating func tagged(_ field: FieldDescriptorProto) -> [UInt8] {
    var writer = WireWriter()
    writer.tag(field.number, field.type.wireType)
    write(field, to: &writer)
    return writer.bytes
  }

  private mutating func packed(_ field: FieldDescriptorProto, count: Int) -> [UInt8] {
    var content = WireWriter()
    for _ in 0..<count { write(field, to: &content) }
    var writer = WireWriter()
    writer.tag(field.number, 2)
    writer.delimited(content.bytes)
    return writer.bytes
  }

  private func mapEntry(_ field: FieldDescriptorProto) -> DescriptorProto? {
    guard field.type == .message else { return nil }
    let entry = schema.messages[String(field.typeName.dropFirst())]
    return entry?.options?.mapEntry == true ? entry : nil
  }

  /// Entries with keys that differ, and with both fields: what is left out is written by none but us.
  private mutating func map(
    _ field: FieldDescriptorProto, _ entry: DescriptorProto
  ) -> [[UInt8]] {
    var keys: Set<[UInt8]> = []
    for _ in 0..<Int.random(in: 1...4, using: &random) { keys.insert(tagged(entry.field[0])) }
    return keys.sorted { $0.lexicographicallyPrecedes($1) }.map { key in
      var writer = WireWriter()
      writer.tag(field.number, 2)
      writer.delimited(key + tagged(entry.field[1]))
      return writer.bytes
    }
  }

  private mutating func write(_ field: FieldDescriptorProto, to writer: inout WireWriter) {
    switch field.type {
    case .double: writer.fixed(double().bitPattern, width: 8)
    case .float: writer.fixed(UInt64(Float(double()).bitPattern), width: 4)
    case .int64, .uint64, .sint64: writer.varint(number())
    case .uint32, .sint32: writer.varint(number() & 0xffff_ffff)
    case .int32: writer.varint(UInt64(bitPattern: Int64(Int32(truncatingIfNeeded: number()))))
    case .fixed64, .sfixed64: writer.fixed(number(), width: 8)
    case .fixed32, .sfixed32: writer.fixed(number() & 0xffff_ffff, width: 4)
    case .bool: writer.varint(random.next() & 1)
    case .enum: writer.varint(UInt64(bitPattern: Int64(enumeration(field))))
    case .string: writer.delimited(Array(string().utf8))
    case .bytes: writer.delimited((0..<length()).map { _ in UInt8(random.next() & 255) })
    case .message: writer.delimited(message(String(field.typeName.dropFirst())))
    case .group, .unspecified, .unrecognized: preconditionFailure("no type: \(field.name)")
    }
  }
}

extension RandomMessages {
  private mutating func isLikely(_ part: Int, of whole: Int) -> Bool {
    Int.random(in: 0..<whole, using: &random) < part
  }

  private mutating func length() -> Int {
    (depth < 2 ? [0, 1, 15, 16, 127, 128, 300] : [0, 1, 3]).randomElement(using: &random) ?? 0
  }

  /// A number of any length in bits, or beside a bound.
  private mutating func number() -> UInt64 {
    let bounds: [UInt64] = [0, 1 << 7, 1 << 14, 1 << 31, 1 << 32, 1 << 63]
    guard isLikely(1, of: 2), let bound = bounds.randomElement(using: &random) else {
      return random.next() >> UInt64.random(in: 0...63, using: &random)
    }
    return bound &+ UInt64(bitPattern: Int64.random(in: -1...1, using: &random))
  }

  private mutating func double() -> Double {
    let special = [0, 1, -1, .infinity, -.infinity, 1e-40, 1e40, .leastNonzeroMagnitude]
    guard isLikely(1, of: 2), let value = special.randomElement(using: &random) else {
      return Double.random(in: -1e9...1e9, using: &random)
    }
    return value
  }

  private mutating func enumeration(_ field: FieldDescriptorProto) -> Int32 {
    let named = schema.enumerations[String(field.typeName.dropFirst())]?.value ?? []
    guard isLikely(4, of: 5), let value = named.randomElement(using: &random) else {
      return Int32(truncatingIfNeeded: number())
    }
    return value.number ?? 0
  }

  private mutating func string() -> String {
    let characters: [Character] = ["a", "Z", " ", "\u{7f}", "\u{80}", "ß", "€", "𝄞", "\u{10ffff}"]
    return String((0..<length()).map { _ in characters.randomElement(using: &random) ?? "?" })
  }

  private mutating func unknownField() -> [UInt8] {
    var writer = WireWriter()
    let number = Int32.random(in: 20_000...30_000, using: &random)
    switch Int.random(in: 0..<4, using: &random) {
    case 0:
      writer.tag(number, 0)
      writer.varint(self.number())
    case 1:
      writer.tag(number, 1)
      writer.fixed(random.next(), width: 8)
    case 2:
      writer.tag(number, 2)
      writer.delimited([1, 2, 3])
    default:
      writer.tag(number, 5)
      writer.fixed(random.next() >> 32, width: 4)
    }
    return writer.bytes
  }
}

extension FieldDescriptorProto.FieldType {
  var wireType: UInt64 {
    switch self {
    case .double, .fixed64, .sfixed64: 1
    case .float, .fixed32, .sfixed32: 5
    case .string, .bytes, .message: 2
    default: 0
    }
  }
}
