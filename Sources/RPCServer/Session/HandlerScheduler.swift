import NIOCore
import RPCCore

/// Where a server's handlers are started, each in a task of its own: on Swift's threads, and on each
/// event loop.
struct HandlerScheduler: Sendable {
  private let pool = CallQueue<ServerCall>()
  private let loops: [ObjectIdentifier: LoopStarter]

  init(_ group: any EventLoopGroup) {
    var loops: [ObjectIdentifier: LoopStarter] = [:]
    for loop in group.makeIterator() { loops[ObjectIdentifier(loop)] = LoopStarter(loop) }
    self.loops = loops
  }

  /// Where calls of a connection on `loop` are handed over.
  func callQueue(for execution: HandlerExecution, of loop: any EventLoop) -> CallQueue<ServerCall> {
    switch execution {
    case .pool: pool
    case .eventLoop: loops[ObjectIdentifier(loop)]?.calls ?? pool
    }
  }

  /// Runs handlers until `finish`, and until those that were handed over have returned.
  ///
  /// As many tasks start handlers as there are processors, and one on each event loop.
  func run() async {
    await withDiscardingTaskGroup { group in
      for _ in 0..<System.coreCount {
        group.addTask { await pool.startHandlers(on: nil) { await Task.yield() } }
      }
      for starter in loops.values {
        group.addTask(executorPreference: starter.executor) { await starter.run() }
      }
    }
  }

  /// Takes no more calls.
  func finish() {
    pool.finish()
    for starter in loops.values { starter.calls.finish() }
  }
}

/// Starts handlers on the thread of an event loop.
///
/// The task that starts them has to prefer that thread, rather than to belong to an actor on it: what
/// resumes a task without a preference goes through Swift's threads, and wakes one.
private struct LoopStarter {
  let calls = CallQueue<ServerCall>()
  let executor: LoopExecutor

  init(_ loop: any EventLoop) { executor = LoopExecutor(loop: loop) }

  func run() async {
    await calls.startHandlers(on: globalConcurrentExecutor) {
      // `Task.yield` goes through Swift's threads as well.
      await withUnsafeContinuation { continuation in
        executor.loop.execute { continuation.resume() }
      }
    }
  }
}

/// Handlers that one task starts before those that had waited for something get their turn.
private let startsInTurnMax = 16

extension CallQueue<ServerCall> {
  /// Runs each handler up to where it first waits, so that one which never waits costs no change of
  /// task; the rest of it on `executor`, if there is one.
  fileprivate func startHandlers(
    on executor: (any TaskExecutor)?, yield: () async -> Void
  ) async {
    await withDiscardingTaskGroup { group in
      var starts = 0
      while let call = await next() {
        group.addImmediateTask(executorPreference: executor) { await call.run() }
        starts += 1
        if starts.isMultiple(of: startsInTurnMax) { await yield() }
      }
    }
  }
}

/// Calls of one connection that became complete in what was received last: they are handed over
/// together to those that start handlers.
struct ReadyCalls {
  private let pool: CallQueue<ServerCall>
  private let loop: CallQueue<ServerCall>
  private var onPool: [ServerCall] = []
  private var onLoop: [ServerCall] = []

  init(_ starters: HandlerScheduler, _ loop: any EventLoop) {
    pool = starters.callQueue(for: .pool, of: loop)
    self.loop = starters.callQueue(for: .eventLoop, of: loop)
  }

  /// Where calls of an endpoint are started.
  func callQueue(for endpoint: Endpoint) -> CallQueue<ServerCall> {
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
    _ calls: inout [ServerCall], to callQueue: CallQueue<ServerCall>
  ) -> [ServerCall] {
    guard !calls.isEmpty else { return [] }
    defer { calls.removeAll(keepingCapacity: true) }
    return callQueue.push(calls) ? [] : calls
  }
}
