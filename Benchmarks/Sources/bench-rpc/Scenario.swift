/// One thing that is measured, of all peers alike.
struct Scenario: Codable, Hashable {
  enum Kind: String, Codable {
    case unary
    /// One request, a thousand answers.
    case serverStreaming
    /// A thousand requests, each answered.
    case bidirectional
  }

  /// Messages each way of one streaming call.
  static let streamMessages = 1_000

  var kind = Kind.unary
  var bytes: Int
  /// Calls open at any time, on all connections together.
  var inFlight: Int
  var connections = 1

  /// Calls open at any time on one of the connections, counted from 0.
  func inFlight(on connection: Int) -> Int {
    inFlight / connections + (connection < inFlight % connections ? 1 : 0)
  }

  var name: String {
    let what =
      switch kind {
      case .unary: "unary"
      case .serverStreaming: "server streaming"
      case .bidirectional: "bidirectional"
      }
    return "\(what), \(Self.size(bytes)), \(inFlight) in flight, connections: \(connections)"
  }

  private static func size(_ bytes: Int) -> String {
    switch bytes {
    case 1 << 20: "1 MiB"
    case 16 << 10: "16 KiB"
    default: "\(bytes) B"
    }
  }

  /// What the ratios of the result are taken from.
  static let main = Scenario(bytes: 64, inFlight: 64)

  static let all: [Scenario] =
    [64, 16 << 10, 1 << 20].flatMap { bytes in
      [1, 8].flatMap { connections in
        [1, 16, 64, 256].compactMap { inFlight in
          inFlight < connections
            ? Scenario(bytes: bytes, inFlight: connections, connections: connections)
            : Scenario(bytes: bytes, inFlight: inFlight, connections: connections)
        }
      }
    } + streaming

  private static let streaming: [Scenario] = [.serverStreaming, .bidirectional].flatMap { kind in
    [1, 16].map { Scenario(kind: kind, bytes: 64, inFlight: $0) }
  }
}

/// What a driver is asked to do.
struct Assignment: Codable {
  var scenario: Scenario
  var seconds: Double
  /// Whether allocations are counted, which slows.
  var counts: Bool
}

/// What came of it.
struct Round: Codable {
  /// Calls; for streaming, messages from the server.
  var operations: Int
  var seconds: Double
  /// Microseconds of a call from its start to its end.
  var p50: Double
  var p99: Double
  var p999: Double
  var usage: Usage

  /// Takes the latencies of all calls, in nanoseconds.
  init(operations: Int, seconds: Double, latencies: [UInt32], usage: Usage) {
    self.operations = operations
    self.seconds = seconds
    self.usage = usage
    let sorted = latencies.sorted()
    func quantile(_ share: Double) -> Double {
      guard !sorted.isEmpty else { return 0 }
      let rank = Int((Double(sorted.count) * share).rounded(.up)) - 1
      return Double(sorted[min(max(rank, 0), sorted.count - 1)]) / 1_000
    }
    (p50, p99, p999) = (quantile(0.5), quantile(0.99), quantile(0.999))
  }
}
