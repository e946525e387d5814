extension Printer {
  /// Prints an open enum.
  mutating func enumeration(_ plan: EnumPlan, access: String) {
    doc(plan.comment)
    block("\(access) enum \(plan.shortName): Enumeration {") { printer in
      for value in plan.cases {
        printer.doc(value.comment)
        printer.out("case \(value.name)")
      }
      printer.doc("A number without a name in the schema.")
      printer.out("case unrecognized(Int32)")
      printer.out()
      for alias in plan.aliases {
        printer.doc("Another name of ``\(alias.original)``.")
        printer.out("\(access) static var \(alias.name): Self { .\(alias.original) }")
        printer.out()
      }
      printer.call(
        "\(access) static let allCases: [Self] = [", plan.cases.map { ".\($0.name)" }, "]")
      printer.out()
      printer.block("\(access) init(rawValue: Int32) {") { printer in
        printer.block("switch rawValue {") { printer in
          for value in plan.cases {
            printer.branch("case \(value.number):", "self = .\(value.name)")
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
