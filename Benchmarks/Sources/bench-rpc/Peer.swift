import Foundation

/// One of those that are compared.
enum Peer: String, CaseIterable, Codable {
  /// Handlers and callers on the event loops, as ``echo`` has them: what small calls are best served by.
  case ours = "diyml"
  /// As by default: handlers and callers on Swift's threads, as ``grpc`` has them.
  case oursOnPool = "diyml on pool"
  case grpc = "grpc-swift-2"
  case echo = "bare SwiftNIO"

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
  /// Where those that call over this connection should run, if not on Swift's threads.
  var executor: (any TaskExecutor)? { get }
  func unary(_ payload: [UInt8]) async throws -> Int
  /// Has the payload sent back so often.
  func receive(_ count: Int, _ payload: [UInt8]) async throws -> Int
  /// Sends the payload so often, and reads as many answers meanwhile.
  func exchange(_ count: Int, _ payload: [UInt8]) async throws -> Int
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
      for worker in 0..<scenario.inFlight {
        let connection = connections[worker % scenario.connections]
        group.addTask(executorPreference: connection.executor) {
          try await Self.work(connection, scenario, until: end)
        }
      }
      var run = Run()
      for try await part in group { run.add(part) }
      return run
    }
  }

  private static func work(
    _ connection: any EchoConnection, _ scenario: Scenario, until end: ContinuousClock.Instant
  ) async throws -> Run {
    let payload = [UInt8](repeating: 0x55, count: scenario.bytes)
    var run = Run()
    run.latencies.reserveCapacity(1 << 14)
    var start = ContinuousClock.now
    while start < end {
      let (count, bytes) = try await call(connection, scenario, payload)
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

  private static func call(
    _ connection: any EchoConnection, _ scenario: Scenario, _ payload: [UInt8]
  ) async throws -> (Int, Int) {
    let count = Scenario.streamMessages
    return switch scenario.kind {
    case .unary: (1, try await connection.unary(payload))
    case .serverStreaming: (count, try await connection.receive(count, payload))
    case .bidirectional: (count, try await connection.exchange(count, payload))
    }
  }

  static func nanoseconds(_ duration: Duration) -> UInt32 {
    UInt32(clamping: duration.components.attoseconds / 1_000_000_000)
      &+ UInt32(clamping: duration.components.seconds * 1_000_000_000)
  }
}
