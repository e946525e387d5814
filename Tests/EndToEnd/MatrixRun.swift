import API
import RPCCore
import Testing

/// Runs the cases of every method and keeps the score.
struct MatrixRun {
  let methods: [MethodDescriptor]
  let cases: [MethodCases]
  private var ran: [MethodDescriptor: [CaseKind: Int]] = [:]
  private var reasons: [MethodDescriptor: Set<ErrorReason>] = [:]

  init(methods: [MethodDescriptor], cases: [MethodCases]) {
    self.methods = methods
    self.cases = cases
  }

  /// Complains about methods that lack cases, then runs each case in turn.
  mutating func run(in world: World) async {
    checkCompleteness()
    for method in cases {
      for oneCase in method.cases {
        await run(oneCase, of: method.method, in: world)
      }
    }
  }

  private mutating func run(_ oneCase: Case, of method: MethodDescriptor, in world: World) async {
    let name = "\(method.path): \(oneCase.kind.rawValue): \(oneCase.name)"
    do {
      if let reason = try await oneCase.run(world) {
        reasons[method, default: []].insert(reason)
      }
    } catch {
      Issue.record("\(name): \(error)")
    }
    ran[method, default: [:]][oneCase.kind, default: 0] += 1
  }

  private func checkCompleteness() {
    let known = Set(cases.map(\.method))
    #expect(known.count == cases.count, "a method stands twice in the cases")
    for method in methods where !known.contains(method) {
      Issue.record("\(method.path) has no cases at all")
    }
    for method in cases {
      let kinds = Set(method.cases.map(\.kind))
      for kind in CaseKind.allCases {
        let has = kinds.contains(kind)
        let excused = method.reasonsWithout[kind] != nil
        #expect(has != excused, "\(method.method.path): cases of kind '\(kind.rawValue)'")
      }
    }
  }

  /// Method by case: how many ran; a letter stands for the reason why there are none.
  var table: String {
    let nameWidth = methods.map(\.path.count).max() ?? 0
    var lines = [
      row("method", CaseKind.allCases.map(\.rawValue), nameWidth)
    ]
    var reasons: [String] = []
    for method in cases {
      let cells = CaseKind.allCases.map { kind -> String in
        guard let reason = method.reasonsWithout[kind] else {
          return "\(ran[method.method]?[kind] ?? 0)"
        }
        if !reasons.contains(reason) { reasons.append(reason) }
        return "(\(reasons.firstIndex(of: reason).map { $0 + 1 } ?? 0))"
      }
      lines.append(row(method.method.path, cells, nameWidth))
    }
    lines += reasons.enumerated().map { "(\($0 + 1)) none: \($1)" }
    let total = ran.values.reduce(0) { $0 + $1.values.reduce(0, +) }
    return (lines + ["\(total) cases of \(methods.count) methods"]).joined(separator: "\n")
  }

  /// Method by reason, as `Docs/Errors.md` has it.
  var reasonTable: String {
    let rows = methods.map { method in
      let names = (reasons[method] ?? []).subtracting([.unspecified]).sorted {
        $0.rawValue < $1.rawValue
      }.map(\.name)
      return "| `\(method.service.split(separator: ".").last ?? "").\(method.name)` |"
        + " \(names.joined(separator: ", ")) |"
    }
    return (["| Method | Reasons |", "|---|---|"] + rows).joined(separator: "\n")
  }

  private func row(_ name: String, _ cells: [String], _ nameWidth: Int) -> String {
    let name = name + String(repeating: " ", count: max(0, nameWidth - name.count))
    return name
      + cells.map { String(repeating: " ", count: max(1, 11 - $0.count)) + $0 }.joined()
  }
}
