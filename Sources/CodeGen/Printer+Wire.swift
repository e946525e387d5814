extension Printer {
  /// Prints how a message, and each message inside it, is read and written.
  mutating func wire(_ plan: MessagePlan, access: String) {
    block("extension \(plan.swiftName): Message {") { printer in
      printer.out("\(access) static var protoName: String { \"\(plan.protoName)\" }")
      printer.out()
      printer.merge(plan, access: access)
      printer.out()
      printer.block("\(access) func measure(with sizer: inout Sizer) {") { printer in
        for property in plan.properties { printer.write(property, to: "sizer") }
        printer.out("sizer.unknown(unknownFields)")
      }
      printer.out()
      printer.block("\(access) func write(to writer: inout Writer) {") { printer in
        printer.out("writer.unknown(unknownFields)")
        for property in plan.properties.reversed() { printer.write(property, to: "writer") }
      }
    }
    for message in plan.messages {
      out()
      wire(message, access: access)
    }
  }

  private mutating func write(_ property: MessagePlan.Property, to target: String) {
    switch property {
    case .oneof(let oneof):
      block("switch \(oneof.member) {", "}") { printer in
        printer.outdented("case nil: break")
        for field in oneof.members {
          let call =
            field.value.scalarType.map { "\(target).present(\(field.number), value, \($0))" }
            ?? "\(target).message(\(field.number), value)"
          printer.outdented("case .\(field.property)(let value): \(call)")
        }
      }
    case .field(let field):
      switch field.shape {
      case .map(let key, let value): map(field, key, value, to: target)
      case .list(let isPacked):
        let method = field.value.scalarType == nil ? "messages" : isPacked ? "packed" : "repeated"
        write(field, method, to: target)
      case .optional:
        write(field, field.value.scalarType == nil ? "message" : "optional", to: target)
      case .single: write(field, field.value.scalarType == nil ? "message" : "value", to: target)
      }
    }
  }

  private mutating func write(_ field: Field, _ method: String, to target: String) {
    let type = field.value.scalarType.map { [$0] } ?? []
    call("\(target).\(method)(", ["\(field.number)", field.member] + type, ")")
  }

  /// Maps are written by ascending key; the writer, going backwards, needs them the other way round.
  private mutating func map(
    _ field: Field, _ key: Field.Value, _ value: Field.Value, to target: String
  ) {
    let isWriter = target == "writer"
    let isBool = key.swiftType == "Bool"
    let order = isBool ? "{ $0.key && !$1.key }" : "{ $0.key > $1.key }"
    let entries = isWriter ? "\(field.member).sorted(by: \(order))" : field.member
    block("for (key, value) in \(entries) {") { printer in
      var lines = [(1, "key", key), (2, "value", value)].map { number, name, type in
        type.scalarType.map { "\(target).present(\(number), \(name), \($0))" }
          ?? "\(target).message(\(number), \(name))"
      }
      if isWriter { lines.reverse() }
      printer.out("let entry = \(target).enter()")
      for line in lines { printer.out(line) }
      printer.out("\(target).leave(\(field.number), entry)")
    }
  }
}
