extension Printer {
  /// Prints the attribute of what is deprecated.
  mutating func available(_ deprecation: Deprecation?) {
    guard let deprecation else { return }
    guard let advice = deprecation.advice else { return out("@available(*, deprecated)") }
    let text = advice.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
    let line = "@available(*, deprecated, message: \"\(text)\")"
    if line.count <= width { return out(line) }
    block("@available(", ")") { printer in
      printer.out("*,")
      printer.out("deprecated,")
      printer.out("message: \"\"\"")
      printer.indented { printer in
        let lines = Comment.lines(of: text, width: printer.width - 2, hasSummary: false)
        for line in lines.dropLast() { printer.out(line + " \\") }
        printer.out(lines.last ?? "")
        printer.out("\"\"\"")
      }
    }
  }

  /// Prints the comment of a type, and before it the alias by which users know one that is deprecated.
  mutating func head(_ alias: DeprecatedAlias?, of type: String, _ comment: String, access: String)
  {
    doc(comment)
    guard let alias else { return }
    available(alias.deprecation)
    out("\(access) typealias \(alias.name) = \(type)")
    out()
    doc("What is called `\(alias.name)`, by a name that generated code can use without a warning.")
  }

  /// Prints how generated code makes those cases of an enum that are deprecated.
  ///
  /// It cannot name them without a warning; but a protocol of its own can, which they conform to.
  mutating func makers(_ makers: DeprecatedCases) {
    out()
    doc("Makes deprecated cases of `\(makers.type)` without a warning.")
    block("private protocol \(makers.protocolName) {") { printer in
      for member in makers.cases {
        switch member.payload {
        case nil: printer.out("static var \(member.name): Self { get }")
        case let payload?: printer.out("static func \(member.name)(_ value: \(payload)) -> Self")
        }
      }
    }
    out()
    let conformance = "extension \(makers.type): \(makers.protocolName) {}"
    if conformance.count <= width {
      out(conformance)
    } else {
      out("extension \(makers.type):")
      indented { $0.out(makers.protocolName) }
      out("{}")
    }
    out()
    block("extension \(makers.protocolName) {") { printer in
      for member in makers.cases {
        switch member.payload {
        case nil:
          printer.out("fileprivate static var \(member.unwarned): Self { .\(member.name) }")
        case let payload?:
          printer.block("fileprivate static func \(member.unwarned)(_ value: \(payload)) -> Self {")
          { $0.out(".\(member.name)(value)") }
        }
      }
    }
  }
}

/// The deprecated cases of one enum, in the schema an enum or a oneof.
struct DeprecatedCases {
  /// The Swift name of the enum.
  let type: String
  let cases: [(name: String, unwarned: String, payload: String?)]

  /// The protocol through which they are made.
  var protocolName: String { type.replacing(".", with: "_") + "Deprecated" }

  /// Nil without any.
  init?(of type: String, _ cases: [(name: String, unwarned: String, payload: String?)]) {
    guard !cases.isEmpty else { return nil }
    self.type = type
    self.cases = cases
  }
}

extension EnumPlan {
  var deprecatedCases: DeprecatedCases? {
    DeprecatedCases(
      of: swiftName,
      cases.filter { $0.deprecation != nil }.map { ($0.name, $0.unwarned, nil) })
  }
}

extension MessagePlan {
  /// Those of the oneofs and of the enums inside the message, but not of the messages.
  var deprecatedCases: [DeprecatedCases] {
    properties.compactMap { property in
      guard case .oneof(let oneof) = property else { return nil }
      return DeprecatedCases(
        of: "\(swiftName).\(oneof.typeName)",
        oneof.members.filter { $0.deprecation != nil }
          .map { ($0.property, $0.unwarned, $0.value.swiftType) })
    } + enumerations.compactMap(\.deprecatedCases)
  }
}
