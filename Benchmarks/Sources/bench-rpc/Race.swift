import Foundation

/// All peers side by side, each as a server and a client process that stay up, measured in turn.
struct Race {
  private struct Entrant {
    let peer: Peer
    let server: Child
    let driver: Child
  }

  /// Rounds of each scenario and peer that count, and their seconds: many short ones, since what else
  /// the machine does comes and goes within seconds.
  var rounds = 5
  var seconds = 0.6
  /// Seconds of the round before them, which warms up and counts allocations.
  var countingSeconds = 0.3

  func run(_ scenarios: [Scenario]) throws -> [Outcome] {
    var entrants: [Entrant] = []
    defer {
      for entrant in entrants {
        entrant.driver.stop()
        entrant.server.stop()
      }
    }
    for peer in Peer.allCases {
      let server = try Child("serve", peer.rawValue)
      let port = try server.answered(Children.Ready.self).port
      let driver = try Child("drive", peer.rawValue, "\(port)")
      entrants.append(Entrant(peer: peer, server: server, driver: driver))
    }
    return try scenarios.flatMap { scenario in
      let outcomes = try measure(scenario, entrants.filter { $0.peer.measures(scenario.kind) })
      Report.print(outcomes)
      return outcomes
    }
  }

  private func measure(_ scenario: Scenario, _ entrants: [Entrant]) throws -> [Outcome] {
    var outcomes: [Outcome] = []
    for entrant in entrants {
      let round = try round(of: entrant, scenario, seconds: countingSeconds, counts: true)
      var outcome = Outcome(peer: entrant.peer, scenario: scenario)
      outcome.allocations = Double(round.allocations) / Double(round.operations)
      outcomes.append(outcome)
    }
    for _ in 0..<rounds {
      for (index, entrant) in entrants.enumerated() {
        outcomes[index].rounds.append(
          try round(of: entrant, scenario, seconds: seconds, counts: false))
      }
    }
    return outcomes
  }

  private func round(
    of entrant: Entrant, _ scenario: Scenario, seconds: Double, counts: Bool
  ) throws -> Outcome.Round {
    let assignment = Assignment(scenario: scenario, seconds: seconds, counts: counts)
    let order = String(decoding: try JSONEncoder().encode(assignment), as: UTF8.self)
    _ = try entrant.server.ask(counts ? "count" : "mark", Usage.self)
    let round = try entrant.driver.ask(order, Round.self)
    return Outcome.Round(client: round, server: try entrant.server.ask("usage", Usage.self))
  }
}

/// What a scenario came to with one peer.
struct Outcome: Codable {
  struct Round: Codable {
    let client: bench_rpc.Round
    let server: Usage

    var operations: Int { client.operations }
    var allocations: UInt64 { client.usage.allocations + server.allocations }
    var perSecond: Double { Double(operations) / client.seconds }
    var cpuMicroseconds: Double {
      (client.usage.cpuSeconds + server.cpuSeconds) * 1e6 / Double(operations)
    }
  }

  let peer: Peer
  let scenario: Scenario
  /// For each operation, in both processes.
  var allocations = 0.0
  var rounds: [Round] = []

  var perSecond: Double { median(\.perSecond) }
  var p50: Double { median(\.client.p50) }
  var p99: Double { median(\.client.p99) }
  var p999: Double { median(\.client.p999) }
  /// Processor time of an operation in both processes.
  var cpuMicroseconds: Double { median(\.cpuMicroseconds) }
  var serverPeakBytes: Double { median { Double($0.server.peakBytes) } }

  init(peer: Peer, scenario: Scenario) {
    self.peer = peer
    self.scenario = scenario
  }

  private func median(_ value: (Round) -> Double) -> Double { middle(of: rounds.map(value)) }

  /// How many times the other's a value is: the median of what each round, side by side, came to.
  func ratio(to other: Outcome, of value: (Round) -> Double) -> Double {
    middle(of: zip(rounds, other.rounds).map { value($0) / value($1) })
  }

  private func middle(of values: [Double]) -> Double {
    let sorted = values.sorted()
    guard !sorted.isEmpty else { return 0 }
    return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
  }
}
