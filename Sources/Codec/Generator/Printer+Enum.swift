extension Printer {
  /// Prints an open enum.
  mutating func enumeration(_ plan: EnumPlan, access: String) {
    head(plan.alias, of: plan.shortName, plan.comment, access: access)
    block("\(access) enum \(plan.shortName): Enumeration {") { printer in
      for value in plan.cases {
        printer.doc(value.comment)
        printer.available(value.deprecation)
        printer.out("case \(value.name)")
      }
      printer.doc("A number without a name in the schema.")
      printer.out("case unrecognized(Int32)")
      printer.out()
      for alias in plan.aliases {
        printer.doc("Another name of ``\(alias.original.name)``.")
        printer.available(alias.deprecation)
        printer.out("\(access) static var \(alias.name): Self { .\(alias.original.unwarned) }")
        printer.out()
      }
      printer.call(
        "\(access) static let allCases: [Self] = [", plan.cases.map { ".\($0.unwarned)" }, "]")
      printer.out()
      printer.block("\(access) init(rawValue: Int32) {") { printer in
        printer.block("switch rawValue {") { printer in
          for value in plan.cases {
            printer.branch("case \(value.number):", "self = .\(value.unwarned)")
          }
          printer.branch("default:", "self = .unrecognized(rawValue)")
        }
      }
      printer.out()
      printer.block("\(access) var rawValue: Int32 {") { printer in
        printer.block("switch self {") { printer in
          for value in plan.cases {
            printer.branch("case .\(value.name):", "\(value.number)")
          }
          printer.branch("case .unrecognized(let number):", "number")
        }
      }
    }
  }
}
