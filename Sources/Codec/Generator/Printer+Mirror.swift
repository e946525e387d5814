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
