import CAllocations
import Foundation

/// What the processes of the race do: `bench-rpc serve PEER` and `bench-rpc drive PEER PORT`.
///
/// Both take orders, one a line, from the standard input and answer each with one line of JSON.
enum Children {
  /// Connections that a driver makes; a scenario uses the first of them.
  static let connectionsMax = 8

  /// What a server says when it is ready.
  struct Ready: Codable {
    let port: Int
  }

  static func serve(_ peer: Peer) async throws {
    let server: any EchoServer.Type =
      switch peer {
      case .ours: OursPeer.self
      case .oursOnPool: OursOnPoolPeer.self
      case .grpc: GRPCPeer.self
      case .echo: EchoPeer.self
      }
    try await withThrowingTaskGroup { group in
      group.addTask { try await server.serve { say(Ready(port: $0)) } }
      group.addTask {
        var start = Usage.now()
        for await order in orders() {
          if order == "usage" {
            say(Usage.now().since(start))
          } else {
            allocations_count(order == "count" ? 1 : 0)
            Usage.resetPeak()
            start = .now()
            say(start)
          }
        }
      }
      // The race is over when its orders end.
      try await group.next()
      group.cancelAll()
      exit(0)
    }
  }

  static func drive(_ peer: Peer, port: Int) async throws {
    switch peer {
    case .ours:
      try await obey(OursPeer.driver(port: port, connections: connectionsMax, onLoops: true))
    case .oursOnPool:
      try await obey(OursPeer.driver(port: port, connections: connectionsMax, onLoops: false))
    case .echo:
      try await obey(try await EchoPeer.driver(port: port, connections: connectionsMax))
    case .grpc:
      try await GRPCPeer.withDriver(port: port, connections: connectionsMax) { try await obey($0) }
    }
  }

  private static func obey(_ driver: some EchoDriver) async throws {
    for await order in orders() {
      let assignment = try JSONDecoder().decode(Assignment.self, from: Data(order.utf8))
      allocations_count(assignment.counts ? 1 : 0)
      Usage.resetPeak()
      let start = ContinuousClock.now
      let usage = Usage.now()
      let run = try await driver.run(assignment.scenario, seconds: assignment.seconds)
      let used = Usage.now().since(usage)
      let seconds = start.duration(to: .now) / .seconds(1)
      say(
        Round(
          operations: run.operations, seconds: seconds, latencies: run.latencies, usage: used))
    }
  }

  /// The lines of the standard input; read by a thread of its own, because reading blocks.
  private static func orders() -> AsyncStream<String> {
    AsyncStream { continuation in
      Thread.detachNewThread {
        while let line = readLine() { continuation.yield(line) }
        continuation.finish()
      }
    }
  }

  private static func say(_ value: some Encodable) {
    do {
      let line = try JSONEncoder().encode(value) + Data("\n".utf8)
      try FileHandle.standardOutput.write(contentsOf: line)
    } catch {
      // The race has ended: nobody reads what this process says.
      exit(1)
    }
  }
}
