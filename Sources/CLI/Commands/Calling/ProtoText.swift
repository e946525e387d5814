import Descriptors

/// Writes what a schema declares as a .proto file would say it.
struct ProtoText {
  let schema: Schema
  private(set) var lines: [String] = []
  private var indentation = ""
  private var package = ""

  init(_ schema: Schema) { self.schema = schema }

  /// The text of a service, message or enum; `nil` if the schema has none of that name.
  ///
  /// Names of other types are as short as the package allows.
  static func text(of symbol: String, in schema: Schema) -> String? {
    var text = ProtoText(schema)
    text.package = symbol.split(separator: ".").dropLast().map { "\($0)." }.joined()
    if let service = schema.service(named: symbol) {
      text.add(service)
    } else if let message = schema.message(named: symbol) {
      text.add(message)
    } else if let enumeration = schema.enumeration(named: symbol) {
      text.add(enumeration)
    } else {
      return nil
    }
    return text.lines.joined(separator: "\n")
  }

  /// The line of a method.
  static func line(of method: ServiceType.Method, package: String) -> String {
    func shown(_ type: String, _ isStream: Bool) -> String {
      (isStream ? "stream " : "") + type.shortened(package)
    }
    return "rpc \(method.name)(\(shown(method.request, method.streamsRequests)))"
      + " returns (\(shown(method.response, method.streamsResponses)));"
  }

  private mutating func block(_ head: String, _ body: (inout ProtoText) -> Void) {
    lines.append("\(indentation)\(head) {")
    indentation += "  "
    body(&self)
    indentation.removeLast(2)
    lines.append("\(indentation)}")
  }

  private mutating func line(_ text: String) { lines.append(indentation + text) }

  private mutating func add(_ service: ServiceType) {
    block("service \(service.name.lastWord)") { text in
      for method in service.methods {
        text.line(Self.line(of: method, package: text.package))
      }
    }
  }

  private mutating func add(_ enumeration: EnumType) {
    block("enum \(enumeration.name.lastWord)") { text in
      for value in enumeration.values { text.line("\(value.name) = \(value.number);") }
    }
  }

  private mutating func add(_ message: MessageType) {
    block("message \(message.name.lastWord)") { text in
      text.addNested(of: message)
      var openOneof: Int?
      for field in message.fields {
        if field.oneofIndex != openOneof, openOneof != nil { text.closeOneof() }
        if let oneof = field.oneofIndex, oneof != openOneof {
          text.line("oneof \(message.oneofs[oneof]) {")
          text.indentation += "  "
        }
        openOneof = field.oneofIndex
        text.line(text.declaration(of: field))
      }
      if openOneof != nil { text.closeOneof() }
    }
  }

  private mutating func closeOneof() {
    indentation.removeLast(2)
    line("}")
  }

  private mutating func addNested(of message: MessageType) {
    let entries = Set(message.fields.compactMap(\.entryType))
    for name in schema.messageNames where name.parent == message.name && !entries.contains(name) {
      if let nested = schema.message(named: name) { add(nested) }
    }
    for name in schema.enumerationNames where name.parent == message.name {
      if let nested = schema.enumeration(named: name) { add(nested) }
    }
  }

  private func declaration(of field: FieldType) -> String {
    let type: String
    switch field.shape {
    case .single:
      let isOptional = field.hasPresence && field.oneofIndex == nil && !field.kind.isMessage
      type = (isOptional ? "optional " : "") + name(of: field.kind)
    case .list: type = "repeated " + name(of: field.kind)
    case .map(let key, let value): type = "map<\(name(of: key)), \(name(of: value))>"
    }
    let options = field.isRedacted ? " [debug_redact = true]" : ""
    return "\(type) \(field.name) = \(field.number)\(options);"
  }

  private func name(of kind: FieldType.Kind) -> String {
    switch kind {
    case .enumeration(let type): type.name.shortened(package)
    case .message(let name): name.shortened(package)
    case .double, .float, .int64, .uint64, .int32, .fixed64, .fixed32, .bool, .string, .bytes,
      .uint32, .sfixed32, .sfixed64, .sint32, .sint64:
      "\(kind)"
    }
  }
}

extension FieldType {
  /// The type of a map's entries, which nobody declares.
  fileprivate var entryType: String? {
    if case .map = shape, case .message(let name) = kind { name } else { nil }
  }
}

extension FieldType.Kind {
  fileprivate var isMessage: Bool {
    if case .message = self { true } else { false }
  }
}

extension String {
  fileprivate var lastWord: String { split(separator: ".").last.map(String.init) ?? self }

  fileprivate var parent: String {
    lastIndex(of: ".").map { String(self[..<$0]) } ?? ""
  }

  /// Without the package that it shares with what is written.
  fileprivate func shortened(_ package: String) -> String {
    hasPrefix(package) ? String(dropFirst(package.count)) : self
  }
}
