extension Printer {
  /// Prints a message as a struct, the types inside it, and then how it is read and written.
  mutating func message(_ plan: MessagePlan, access: String) {
    doc(plan.comment)
    block("\(access) struct \(plan.shortName): Hashable, Sendable {") { printer in
      for property in plan.properties {
        printer.property(property, access: access)
      }
      printer.out("\(access) var unknownFields = UnknownFields()")
      printer.initializers(plan.properties, access: access)
      for property in plan.properties {
        guard case .oneof(let oneof) = property else { continue }
        printer.out()
        printer.oneof(oneof, access: access)
      }
      for enumeration in plan.enumerations {
        printer.out()
        printer.enumeration(enumeration, access: access)
      }
      for message in plan.messages {
        printer.out()
        printer.message(message, access: access)
      }
    }
  }

  private mutating func property(_ property: MessagePlan.Property, access: String) {
    doc(property.comment)
    if case .field(let field) = property, field.isBoxed {
      block("\(access) var \(field.property): \(field.storedType) {") { printer in
        printer.out("get { \(field.box)?.value }")
        printer.out("set { \(field.box) = newValue.map(Indirect.value) }")
      }
      out("private var \(field.box): Indirect<\(field.value.swiftType)>?")
    } else if property.initialValue == "nil" {
      out("\(access) var \(property.name): \(property.storedType)")
    } else {
      out("\(access) var \(property.name): \(property.storedType) = \(property.initialValue)")
    }
    out()
  }

  private mutating func initializers(_ properties: [MessagePlan.Property], access: String) {
    out()
    out("\(access) init() {}")
    guard !properties.isEmpty else { return }
    out()
    let parameters = properties.map { "\($0.name): \($0.storedType) = \($0.initialValue)" }
    call("\(access) init(", parameters, ") {")
    indented { printer in
      for name in properties.map(\.name) { printer.out("self.\(name) = \(name)") }
    }
    out("}")
  }

  private mutating func oneof(_ oneof: MessagePlan.Oneof, access: String) {
    doc(oneof.comment)
    let indirect = oneof.isRecursive ? "indirect " : ""
    block("\(access) \(indirect)enum \(oneof.typeName): Hashable, Sendable {") { printer in
      for field in oneof.members {
        printer.doc(field.comment)
        printer.out("case \(field.property)(\(field.value.swiftType))")
      }
    }
  }
}

extension Printer {
  /// Prints what `print`, `dump` and a failed test see of a message that holds secrets.
  mutating func mirror(_ plan: MessagePlan, access: String) {
    guard plan.properties.contains(where: \.isRedacted) else { return }
    block("extension \(plan.swiftName): CustomReflectable {") { printer in
      printer.doc("Shows all fields but those that hold secrets.")
      printer.block("\(access) var customMirror: Mirror {") { printer in
        let children = plan.properties.map { property in
          let value = property.isRedacted ? "\"redacted\"" : property.name + " as Any"
          return "\"\(property.name)\": \(value)"
        }
        printer.call("let children: KeyValuePairs<String, Any> = [", children, "]")
        printer.out("return Mirror(self, children: children, displayStyle: .struct)")
      }
    }
    out()
  }
}

extension MessagePlan.Property {
  /// Whether the field, or a member of the oneof, holds what logs must not.
  fileprivate var isRedacted: Bool { fields.contains(where: \.isRedacted) }
}
