import Codec
import Descriptors

/// Turns the bytes of a message into lines for people, by the schema alone.
///
/// What cannot be read is shown as bytes: a log line must not fail.
struct TextPrinter {
  let schema: Schema
  private(set) var text = ""
  private var depth = 0
  private let limits = DecodingLimits()

  init(schema: Schema) {
    self.schema = schema
  }

  /// Adds a line for each field, and for each field of the messages inside.
  mutating func fields(of typeName: String, _ bytes: Bytes) {
    guard let type = schema.message(named: typeName) else {
      return line("# \(bytes.count) bytes of \(typeName), which the schema does not know")
    }
    do throws(DecodingError) {
      let values = try FieldValues(bytes, of: type, limits: limits)
      for known in values.known { try field(known) }
      for (number, value) in values.unknown { unknown(number, value) }
    } catch {
      line("# \(bytes.count) bytes that are no \(typeName): \(error)")
    }
  }

  private mutating func field(_ values: FieldValues.Values) throws(DecodingError) {
    let field = values.field
    if field.isRedacted {
      return line("\(field.name): [REDACTED]")
    }
    switch field.shape {
    case .single:
      if case .message = field.kind {
        value(field.name, field.kind, .bytes(values.values.merged))
      } else if let last = values.values.last {
        value(field.name, field.kind, last)
      }
    case .list:
      for element in try values.elements(limits: limits) { value(field.name, field.kind, element) }
    case .map(let key, let kind):
      for entry in try values.values.mapEntries(key: key, value: kind, depthMax: limits.depthMax) {
        block(field.name) { printer in
          printer.value("key", key, entry.key)
          printer.value("value", kind, entry.value)
        }
      }
    }
  }

  private mutating func value(_ name: String, _ kind: FieldType.Kind, _ value: WireValue) {
    switch kind {
    case .message(let type):
      block(name) { $0.fields(of: type, value.content) }
    case .double, .float:
      line("\(name): \(kind.floatingText(value).filter { $0 != "\"" })")
    case .bool: line("\(name): \(kind.unsigned(value) != 0)")
    case .uint32, .uint64, .fixed32, .fixed64: line("\(name): \(kind.unsigned(value))")
    case .int32, .int64, .sint32, .sint64, .sfixed32, .sfixed64:
      line("\(name): \(kind.signed(value))")
    case .enumeration(let type):
      let number = kind.signed(value)
      line("\(name): \(type.name(of: Int32(truncatingIfNeeded: number)) ?? String(number))")
    case .string: line("\(name): \(Self.quoted(value.content, keepsUTF8: true))")
    case .bytes: line("\(name): \(Self.quoted(value.content, keepsUTF8: false))")
    }
  }

  private mutating func unknown(_ number: Int, _ value: WireValue) {
    switch value {
    case .varint(let bits): line("\(number): \(bits)")
    case .fixed64(let bits): line("\(number): 0x\(String(bits, radix: 16))")
    case .fixed32(let bits): line("\(number): 0x\(String(bits, radix: 16))")
    case .bytes(let bytes): line("\(number): \(Self.quoted(bytes, keepsUTF8: false))")
    case .group(let bytes): line("\(number) { # a group of \(bytes.count) bytes }")
    }
  }

  private mutating func block(_ name: String, _ body: (inout TextPrinter) -> Void) {
    guard depth < limits.depthMax else { return line("\(name) { # nested too deep }") }
    line("\(name) {")
    depth += 1
    body(&self)
    depth -= 1
    line("}")
  }

  private mutating func line(_ content: String) {
    text += String(repeating: "  ", count: depth) + content + "\n"
  }

  /// A string in quotes, with escapes for all that could end it, move the cursor or hide.
  private static func quoted(_ bytes: Bytes, keepsUTF8: Bool) -> String {
    var text = "\""
    let scalars =
      keepsUTF8
      ? Array(String(decoding: bytes, as: UTF8.self).unicodeScalars)
      : bytes.map { Unicode.Scalar($0) }
    for scalar in scalars {
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case "\n": text += "\\n"
      case "\r": text += "\\r"
      case "\t": text += "\\t"
      case " "..."~": text.unicodeScalars.append(scalar)
      default:
        if keepsUTF8, scalar.properties.generalCategory.isPrintable {
          text.unicodeScalars.append(scalar)
        } else {
          for byte in keepsUTF8 ? Array(String(scalar).utf8) : [UInt8(scalar.value)] {
            let digits = String(byte, radix: 8)
            text += "\\" + String(repeating: "0", count: 3 - digits.count) + digits
          }
        }
      }
    }
    return text + "\""
  }
}

extension Unicode.GeneralCategory {
  /// Whether it shows as a mark of its own: no control, format or separator character.
  fileprivate var isPrintable: Bool {
    switch self {
    case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator,
      .paragraphSeparator:
      false
    default: true
    }
  }
}
