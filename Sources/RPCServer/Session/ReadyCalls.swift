import NIOCore
import RPCCore

/// Calls of one connection that became complete in what was received last: they are handed over
/// together to those that start handlers.
struct ReadyCalls {
  private let pool: CallQueue<ServerCall>
  private let loop: CallQueue<ServerCall>
  private var onPool: [ServerCall] = []
  private var onLoop: [ServerCall] = []

  init(_ starters: HandlerScheduler, _ loop: any EventLoop) {
    pool = starters.handoff(for: .pool, of: loop)
    self.loop = starters.handoff(for: .eventLoop, of: loop)
  }

  /// Where calls of an endpoint are started.
  func handoff(for endpoint: Endpoint) -> CallQueue<ServerCall> {
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
    _ calls: inout [ServerCall], to handoff: CallQueue<ServerCall>
  ) -> [ServerCall] {
    guard !calls.isEmpty else { return [] }
    defer { calls.removeAll(keepingCapacity: true) }
    return handoff.push(calls) ? [] : calls
  }
}
