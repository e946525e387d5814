import Foundation

/// One of those that are compared.
enum Peer: String, CaseIterable, Codable {
  /// Handlers and callers on the event loops, as ``echo`` has them: what small calls are best served by.
  case ours = "diyml"
  case echo = "bare SwiftNIO"
  /// As by default: handlers and callers on Swift's threads, as ``grpc`` has them.
  case oursOnPool = "diyml on pool"
  case grpc = "grpc-swift-2"

  func measures(_ kind: Scenario.Kind) -> Bool { self != .echo || kind == .unary }
}

/// Serves the echo methods.
protocol EchoServer: SendableMetatype {
  /// Serves on a free port of the loopback, which is given to `ready`, until cancelled.
  static func serve(ready: @escaping @Sendable (Int) -> Void) async throws
}

/// Calls the echo methods.
protocol EchoDriver: Sendable {
  /// Does calls for so long and returns their number and latencies.
  func run(_ scenario: Scenario, seconds: Double) async throws -> Run
}

/// What a driver did.
struct Run: Sendable {
  var operations = 0
  /// Nanoseconds of each call.
  var latencies: [UInt32] = []

  mutating func add(_ other: Run) {
    operations += other.operations
    latencies += other.latencies
  }
}

/// One connection of a peer whose calls are Swift's async functions; each gives the bytes it got.
protocol EchoConnection: Sendable {
  /// Made once, and then sent again and again: nobody is charged for filling it.
  associatedtype Request: Sendable

  /// Where those that call over this connection should run, if not on Swift's threads.
  var executor: (any TaskExecutor)? { get }
  func request(for scenario: Scenario) -> Request
  func unary(_ request: Request) async throws -> Int
  /// Has the request sent back `Scenario.streamMessages` times.
  func receive(_ request: Request) async throws -> Int
  /// Sends the request as often, and reads the answers meanwhile.
  func exchange(_ request: Request) async throws -> Int
}

/// Calls by one task for each call in flight.
struct TaskDriver: EchoDriver {
  struct WrongEcho: Error {
    let bytes: Int
    let wanted: Int
  }

  let connections: [any EchoConnection]

  func run(_ scenario: Scenario, seconds: Double) async throws -> Run {
    let end = ContinuousClock.now + .seconds(seconds)
    return try await withThrowingTaskGroup(of: Run.self) { group in
      for (index, connection) in connections.prefix(scenario.connections).enumerated() {
        Self.add(
          scenario.inFlight(on: index), on: connection, scenario, until: end, to: &group)
      }
      var run = Run()
      for try await part in group { run.add(part) }
      return run
    }
  }

  /// Keeps so many calls in flight on one connection.
  ///
  /// All send the same request, as ``EchoPeerDriver`` does: of one each, more would be in memory than
  /// the processor's caches hold.
  private static func add(
    _ calls: Int, on connection: some EchoConnection, _ scenario: Scenario,
    until end: ContinuousClock.Instant, to group: inout ThrowingTaskGroup<Run, any Error>
  ) {
    let request = connection.request(for: scenario)
    for _ in 0..<calls {
      group.addTask(executorPreference: connection.executor) {
        try await work(connection, scenario, request, until: end)
      }
    }
  }

  private static func work<Connection: EchoConnection>(
    _ connection: Connection, _ scenario: Scenario, _ request: Connection.Request,
    until end: ContinuousClock.Instant
  ) async throws -> Run {
    var run = Run()
    run.latencies.reserveCapacity(1 << 14)
    var start = ContinuousClock.now
    while start < end {
      let (count, bytes) = try await call(connection, scenario.kind, request)
      guard bytes == count * scenario.bytes else {
        throw WrongEcho(bytes: bytes, wanted: count * scenario.bytes)
      }
      let now = ContinuousClock.now
      run.operations += count
      run.latencies.append(nanoseconds(start.duration(to: now)))
      start = now
    }
    return run
  }

  /// How many messages were given back, and all their bytes.
  private static func call<Connection: EchoConnection>(
    _ connection: Connection, _ kind: Scenario.Kind, _ request: Connection.Request
  ) async throws -> (Int, Int) {
    let count = Scenario.streamMessages
    return switch kind {
    case .unary: (1, try await connection.unary(request))
    case .serverStreaming: (count, try await connection.receive(request))
    case .bidirectional: (count, try await connection.exchange(request))
    }
  }

  static func nanoseconds(_ duration: Duration) -> UInt32 {
    UInt32(clamping: duration.components.attoseconds / 1_000_000_000)
      &+ UInt32(clamping: duration.components.seconds * 1_000_000_000)
  }
}
