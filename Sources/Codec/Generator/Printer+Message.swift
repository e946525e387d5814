extension Printer {
  /// Prints a message as a struct, the types inside it, and then how it is read and written.
  mutating func message(_ plan: MessagePlan, access: String) {
    head(plan.alias, of: plan.shortName, plan.comment, access: access)
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
    if let deprecation = property.deprecation {
      available(deprecation)
      block("\(access) var \(property.name): \(property.storedType) {") { printer in
        printer.out("get { \(property.unwarned) }")
        printer.out("set { \(property.unwarned) = newValue }")
      }
      stored(property, access: "private")
    } else {
      stored(property, access: access)
    }
    out()
  }

  private mutating func stored(_ property: MessagePlan.Property, access: String) {
    if case .field(let field) = property, field.isBoxed {
      block("\(access) var \(field.unwarned): \(field.storedType) {") { printer in
        printer.out("get { \(field.box)?.value }")
        printer.out("set { \(field.box) = newValue.map(Indirect.value) }")
      }
      out("private var \(field.box): Indirect<\(field.value.swiftType)>?")
    } else if property.initialValue == "nil" {
      out("\(access) var \(property.unwarned): \(property.storedType)")
    } else {
      out("\(access) var \(property.unwarned): \(property.storedType) = \(property.initialValue)")
    }
  }

  private mutating func initializers(_ properties: [MessagePlan.Property], access: String) {
    out()
    out("\(access) init() {}")
    let current = properties.filter { $0.deprecation == nil }
    if current.count < properties.count {
      out()
      deprecatedInitializer(properties, current, access: access)
    }
    if !current.isEmpty {
      out()
      initializer(current, access: access) { printer in
        for property in current { printer.out("self.\(property.name) = \(property.name)") }
      }
    }
  }

  /// An initializer that also sets the deprecated fields.
  ///
  /// Calls that leave them out use the other one and get no warning.
  private mutating func deprecatedInitializer(
    _ properties: [MessagePlan.Property], _ current: [MessagePlan.Property], access: String
  ) {
    let deprecated = properties.filter { $0.deprecation != nil }
    let names = deprecated.map { $0.name.filter { $0 != "`" } }
    doc("Sets also what is deprecated.")
    available(Deprecation(advice: "it sets \(names.joined(separator: ", "))"))
    initializer(properties, access: access) { printer in
      printer.call("self.init(", current.map { "\($0.name): \($0.name)" }, ")")
      for property in deprecated { printer.out("self.\(property.unwarned) = \(property.name)") }
    }
  }

  private mutating func initializer(
    _ properties: [MessagePlan.Property], access: String, _ body: (inout Printer) -> Void
  ) {
    let parameters = properties.map { "\($0.name): \($0.storedType) = \($0.initialValue)" }
    call("\(access) init(", parameters, ") {")
    indented(body)
    out("}")
  }

  private mutating func oneof(_ oneof: MessagePlan.Oneof, access: String) {
    doc(oneof.comment)
    let indirect = oneof.isRecursive ? "indirect " : ""
    block("\(access) \(indirect)enum \(oneof.typeName): Hashable, Sendable {") { printer in
      for field in oneof.members {
        printer.doc(field.comment)
        printer.available(field.deprecation)
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
          let value = property.isRedacted ? "\"redacted\"" : property.unwarned + " as Any"
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
