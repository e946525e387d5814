public import CoreMetrics
public import RPCCore
import Synchronization

/// Counts a server's calls by method and code, and how long they take, by swift-metrics:
/// `diyml_rpc_calls_total`, `diyml_rpc_call_seconds` and `diyml_rpc_calls_running`.
public final class CallMetrics: ServerInterceptor {
  private struct Ending: Hashable {
    let method: String
    let code: StatusCode
  }

  /// Made once for each method and code: making one looks it up by its labels.
  private struct Known {
    var counters: [Ending: Counter] = [:]
    var timers: [String: CoreMetrics.Timer] = [:]
  }

  private let factory: any MetricsFactory
  private let running: Meter
  private let known = Mutex(Known())

  /// Records by the factory of the process, or another one.
  public init(factory: any MetricsFactory = MetricsSystem.factory) {
    self.factory = factory
    running = Meter(label: "diyml_rpc_calls_running", dimensions: [], factory: factory)
  }

  /// Records the call when it has ended.
  public func intercept(
    _ context: ServerContext, _ next: () async throws -> Void
  ) async throws {
    running.increment()
    var code = StatusCode.ok
    defer {
      running.decrement()
      record(context, code)
    }
    do {
      try await next()
    } catch {
      code = (error as? Status)?.code ?? .unknown
      throw error
    }
  }

  private func record(_ context: ServerContext, _ code: StatusCode) {
    let time = context.arrival.duration(to: .now) / .nanoseconds(1)
    let method = context.method.path
    known.withLock { known in
      let counter = known.counters.value(of: Ending(method: method, code: code)) {
        Counter(
          label: "diyml_rpc_calls_total",
          dimensions: [("method", method), ("code", code.description)], factory: factory)
      }
      let timer = known.timers.value(of: method) {
        CoreMetrics.Timer(
          label: "diyml_rpc_call_seconds", dimensions: [("method", method)],
          preferredDisplayUnit: .seconds, factory: factory)
      }
      counter.increment()
      timer.recordNanoseconds(Int64(time))
    }
  }
}

extension Dictionary {
  /// What is kept for a key, made when it is first asked for.
  fileprivate mutating func value(of key: Key, _ make: () -> Value) -> Value {
    if let known = self[key] { return known }
    let made = make()
    self[key] = made
    return made
  }
}

/// What a server's connections are doing, as gauges: sets them when it is asked to.
public struct ConnectionMetrics: Sendable {
  private let connections, calls, queued: Meter

  /// Records by the factory of the process, or another one.
  public init(factory: any MetricsFactory = MetricsSystem.factory) {
    func meter(_ label: String) -> Meter { Meter(label: label, dimensions: [], factory: factory) }
    connections = meter("diyml_rpc_connections")
    calls = meter("diyml_rpc_calls_open")
    queued = meter("diyml_rpc_queued_bytes")
  }

  /// Sets the gauges to what is so now.
  public func look(at server: some InspectedServer) async {
    let open = await server.snapshot(pinging: false).connections
    connections.set(open.count)
    calls.set(open.reduce(0) { $0 + $1.calls.count })
    queued.set(
      open.reduce(0) { sum, one in
        one.calls.reduce(sum + one.flow.queuedBytes) { $0 + $1.flow.queuedBytes }
      })
  }
}
