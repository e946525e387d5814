import Foundation

/// Tables for people, a file and a last line for programs.
enum Report {
  /// What the file holds.
  private struct Results: Encodable {
    struct Row: Encodable {
      let peer: Peer
      let scenario: Scenario
      let perSecond, p50, p99, p999, cpuMicroseconds, allocations, serverPeakBytes: Double
      let rounds: [Outcome.Round]
    }

    let machine: String
    let rows: [Row]
  }

  /// One scenario's table.
  static func print(_ outcomes: [Outcome]) {
    guard let scenario = outcomes.first?.scenario else { return }
    let unit = scenario.kind == .unary ? "calls/s" : "msgs/s"
    Swift.print("\n\(scenario.name)")
    row(["", unit, "MB/s", "p50 us", "p99 us", "p99.9 us", "CPU us", "allocs", "server MiB"])
    for outcome in outcomes {
      row([
        outcome.peer.rawValue, number(outcome.perSecond, 0),
        number(outcome.perSecond * Double(scenario.bytes) / 1e6, 1), number(outcome.p50, 0),
        number(outcome.p99, 0), number(outcome.p999, 0), number(outcome.cpuMicroseconds, 1),
        number(outcome.allocations, 1), number(outcome.serverPeakBytes / 1_048_576, 1),
      ])
    }
    fflush(nil)
  }

  /// The last lines: `grpc_ratio` and `echo_ratio` are throughputs of ours over theirs, `p99_ratio`
  /// is our 99th percentile over grpc's; those of `pool` are of ours as by default.
  static func conclude(_ outcomes: [Outcome]) throws {
    try write(outcomes)
    for scenario in Set(outcomes.map(\.scenario)).subtracting([.main]).sorted(by: before) {
      guard let ratios = ratios(scenario, outcomes) else { continue }
      Swift.print("\(scenario.name): \(ratios)")
    }
    if let ratios = ratios(.main, outcomes) { Swift.print("result: bench-rpc \(ratios)") }
  }

  private static func before(_ left: Scenario, _ right: Scenario) -> Bool {
    (left.kind.rawValue, left.bytes, left.connections, left.inFlight)
      < (right.kind.rawValue, right.bytes, right.connections, right.inFlight)
  }

  private static func ratios(_ scenario: Scenario, _ outcomes: [Outcome]) -> String? {
    func outcome(of peer: Peer) -> Outcome? {
      outcomes.first { $0.scenario == scenario && $0.peer == peer }
    }
    guard let ours = outcome(of: .ours), let grpc = outcome(of: .grpc) else { return nil }
    func speed(_ ours: Outcome, _ theirs: Outcome) -> String {
      number(ours.ratio(to: theirs, of: \.perSecond), 2)
    }
    var text = "grpc_ratio=\(speed(ours, grpc))"
    text += " p99_ratio=\(number(ours.ratio(to: grpc, of: \.client.p99), 3))"
    let echo = outcome(of: .echo)
    if let echo { text += " echo_ratio=\(speed(ours, echo))" }
    if let pool = outcome(of: .oursOnPool) {
      text += " pool_grpc_ratio=\(speed(pool, grpc))"
      if let echo { text += " pool_echo_ratio=\(speed(pool, echo))" }
    }
    return text
  }

  private static func write(_ outcomes: [Outcome]) throws {
    let rows = outcomes.map {
      Results.Row(
        peer: $0.peer, scenario: $0.scenario, perSecond: $0.perSecond, p50: $0.p50, p99: $0.p99,
        p999: $0.p999, cpuMicroseconds: $0.cpuMicroseconds, allocations: $0.allocations,
        serverPeakBytes: $0.serverPeakBytes, rounds: $0.rounds)
    }
    let process = ProcessInfo.processInfo
    let machine =
      "\(process.operatingSystemVersionString), processors: \(process.activeProcessorCount), "
      + "MiB: \(process.physicalMemory >> 20)"
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted]
    let folder = URL(fileURLWithPath: "results", isDirectory: true)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let file = folder.appendingPathComponent("bench-rpc.json")
    try encoder.encode(Results(machine: machine, rows: rows)).write(to: file)
    Swift.print("\nall figures: \(file.path)\n")
  }

  private static func row(_ cells: [String]) {
    let padded = cells.enumerated().map { index, cell in
      let padding = String(repeating: " ", count: max(0, (index == 0 ? 14 : 10) - cell.count))
      return index == 0 ? cell + padding : padding + cell
    }
    Swift.print(padded.joined(separator: " "))
  }

  private static func number(_ value: Double, _ digits: Int) -> String {
    String(format: "%.\(digits)f", value)
  }
}
