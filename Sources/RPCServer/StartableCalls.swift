import NIOCore
import RPCCore

/// Calls of one connection that became complete in what was received last: they are handed over
/// together to those that start handlers.
struct StartableCalls {
  private let pool: Handoff<ServerCall>
  private let loop: Handoff<ServerCall>
  private var onPool: [ServerCall] = []
  private var onLoop: [ServerCall] = []

  init(_ starters: HandlerStarters, _ loop: any EventLoop) {
    pool = starters.handoff(for: .pool, of: loop)
    self.loop = starters.handoff(for: .eventLoop, of: loop)
  }

  /// Where calls of an endpoint are started.
  func handoff(for endpoint: Endpoint) -> Handoff<ServerCall> {
    switch endpoint.execution {
    case .pool: pool
    case .eventLoop: loop
    }
  }

  mutating func append(_ call: ServerCall) {
    switch call.endpoint.execution {
    case .pool: onPool.append(call)
    case .eventLoop: onLoop.append(call)
    }
  }

  /// Hands over all; returns those that nobody will start any more.
  mutating func handOver() -> [ServerCall] {
    Self.handOver(&onLoop, to: loop) + Self.handOver(&onPool, to: pool)
  }

  private static func handOver(
    _ calls: inout [ServerCall], to handoff: Handoff<ServerCall>
  ) -> [ServerCall] {
    guard !calls.isEmpty else { return [] }
    defer { calls.removeAll(keepingCapacity: true) }
    return handoff.push(calls) ? [] : calls
  }
}
