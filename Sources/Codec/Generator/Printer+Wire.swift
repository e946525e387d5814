/// Which of the two passes over the fields is printed: they call methods of the same names.
private enum Pass {
  case sizer, writer
}

extension Printer {
  /// Prints how a message, and each message inside it, is read and written.
  mutating func wire(_ plan: MessagePlan, of file: FilePlan, access: String) {
    mirror(plan, access: access)
    block("extension \(plan.swiftName): Message {") { printer in
      printer.out("\(access) static var protoName: String { \"\(plan.protoName)\" }")
      printer.out()
      printer.out("\(access) static var protoFile: ProtoFile { .\(file.constant) }")
      printer.out()
      printer.merge(plan, access: access)
      printer.out()
      printer.block("\(access) func measure(with sizer: inout Sizer) {") { printer in
        for property in plan.properties { printer.pass(.sizer, over: property) }
        printer.out("sizer.unknown(unknownFields)")
      }
      printer.out()
      printer.block("\(access) func write(to writer: inout Writer) {") { printer in
        printer.out("writer.unknown(unknownFields)")
        for property in plan.properties.reversed() { printer.pass(.writer, over: property) }
      }
    }
    for cases in plan.deprecatedCases { makers(cases) }
    for message in plan.messages {
      out()
      wire(message, of: file, access: access)
    }
  }

  private mutating func pass(_ pass: Pass, over property: MessagePlan.Property) {
    switch property {
    case .oneof(let oneof):
      block("switch \(oneof.member) {") { printer in
        printer.branch("case nil:", "break")
        for field in oneof.members {
          let call = present(field.number, "value", field.value, pass)
          printer.branch("case .\(field.property)(let value):", call)
        }
      }
    case .field(let field):
      if case .map(let key, let value) = field.shape {
        map(field, key, value, pass)
      } else {
        let type = field.value.scalarType.map { [$0] } ?? []
        call(
          "\(pass).\(method(for: field))(", ["\(field.number)", field.member] + type, ")")
      }
    }
  }

  /// Maps are written by ascending key; the writer, going backwards, needs them the other way round.
  private mutating func map(
    _ field: Field, _ key: Field.Value, _ value: Field.Value, _ pass: Pass
  ) {
    let order = key.swiftType == "Bool" ? "{ $0.key && !$1.key }" : "{ $0.key > $1.key }"
    let sorted = pass == .writer ? ".sorted(by: \(order))" : ""
    block("for (key, value) in \(field.member)\(sorted) {") { printer in
      let calls = [present(1, "key", key, pass), present(2, "value", value, pass)]
      printer.out("let entry = \(pass).enter()")
      for call in pass == .writer ? calls.reversed() : calls { printer.out(call) }
      printer.out("\(pass).leave(\(field.number), entry)")
    }
  }
}

/// The call for one value that is there, whether it has its default or not.
private func present(
  _ number: Int, _ name: String, _ value: Field.Value, _ pass: Pass
) -> String {
  value.scalarType.map { "\(pass).present(\(number), \(name), \($0))" }
    ?? "\(pass).present(\(number), \(name))"
}

/// The method of the codec's sizer and writer that takes all of a field.
private func method(for field: Field) -> String {
  let isMessage = field.value.scalarType == nil
  return switch field.shape {
  case .single: isMessage ? "message" : "value"
  case .optional: isMessage ? "message" : "optional"
  case .list(let isPacked): isMessage ? "messages" : isPacked ? "packed" : "repeated"
  case .map: preconditionFailure("a map is printed entry by entry")
  }
}
