extension Printer {
  /// Prints the loop that reads a message: one `case` for each tag that a known field can have.
  mutating func merge(_ plan: MessagePlan, access: String) {
    block("\(access) mutating func merge(from reader: inout Reader) throws(DecodingError) {") {
      printer in
      printer.block("while let tag = try reader.nextTag() {") { printer in
        guard !plan.properties.isEmpty else {
          printer.out("try reader.keep(tag, in: &unknownFields)")
          return
        }
        printer.block("switch tag {") { printer in
          for property in plan.properties {
            switch property {
            case .field(let field): printer.read(field)
            case .oneof(let oneof): printer.read(oneof)
            }
          }
          printer.branch("default:", "try reader.keep(tag, in: &unknownFields)")
        }
      }
    }
  }

  /// What holds a message is emptied while a part of it is read: the part's lists then have one
  /// owner, and a message in many parts is not copied for each.
  private mutating func read(_ field: Field) {
    let type = field.value.scalarType ?? ""
    switch field.shape {
    case .map(let key, let value):
      read(field, key, value)
    case .list where field.value.scalarType == nil:
      branch("case \(field.tag):", "try reader.append(to: &\(field.member))")
    case .list:
      branch("case \(field.tag):", "try reader.append(to: &\(field.member), \(type))")
      guard field.value.isPackable else { return }
      branch("case \(field.packedTag):", "try reader.appendPacked(to: &\(field.member), \(type))")
    case .single where field.isBoxed, .optional where field.isBoxed:
      branch("case \(field.tag):")
      out("var value = \(field.member)")
      out("\(field.member) = nil")
      out("try reader.merge(into: &value)")
      out("\(field.member) = value")
    case .single where field.value.scalarType == nil, .optional where field.value.scalarType == nil:
      branch("case \(field.tag):", "try reader.merge(into: &\(field.member))")
    case .single, .optional:
      branch("case \(field.tag):", "\(field.member) = try reader.value(\(type))")
    }
  }

  private mutating func read(_ oneof: MessagePlan.Oneof) {
    for field in oneof.members {
      let member = oneof.member
      if let type = field.value.scalarType {
        branch("case \(field.tag):", "\(member) = .\(field.unwarned)(try reader.value(\(type)))")
        continue
      }
      branch("case \(field.tag):")
      out("var value: \(field.value.swiftType)?")
      out("if case .\(field.property)(let current) = \(member) { value = current }")
      out("\(member) = nil")
      out("try reader.merge(into: &value)")
      out("if let value { \(member) = .\(field.unwarned)(value) }")
    }
  }

  private mutating func read(_ field: Field, _ key: Field.Value, _ value: Field.Value) {
    branch("case \(field.tag):")
    out("var key: \(key.swiftType) = \(key.defaultValue)")
    out("var value: \(value.swiftType) = \(value.defaultValue)")
    out("let outer = try reader.enterMapEntry(of: \(field.member))")
    block("while let tag = try reader.nextTag() {") { printer in
      printer.block("switch tag {") { printer in
        printer.branch(
          "case \(8 | key.wireType):", "key = try reader.value(\(key.scalarType ?? ""))")
        let read =
          value.scalarType.map { "value = try reader.value(\($0))" }
          ?? "try reader.merge(into: &value)"
        printer.branch("case \(16 | value.wireType):", read)
        printer.branch("default:", "try reader.skip(tag)")
      }
    }
    out("reader.leave(outer)")
    out("\(field.member)[key] = value")
  }
}
