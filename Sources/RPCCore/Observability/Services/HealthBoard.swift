import RPCCore
import Synchronization

/// What a server says of its health: for the whole, under the empty name, and for each service.
public final class HealthBoard: Sendable {
  private struct Watcher {
    let service: String
    let changes: AsyncStream<ServingStatus>.Continuation
  }

  private struct State {
    var statuses = ["": ServingStatus.serving]
    var isClosed = false
    var watchers: [UInt64: Watcher] = [:]
    var nextWatcher: UInt64 = 0

    func status(of service: String) -> ServingStatus? {
      statuses[service].map { isClosed ? .notServing : $0 }
    }
  }

  private let state = Mutex(State())

  init() {}

  /// Says whether calls of a service are welcome; the empty name stands for the whole server.
  ///
  /// Nothing is derived from anything else: the whole is what it was set to. Once the server has
  /// begun to stop, nothing is serving.
  public func set(isServing: Bool, for service: String = "") {
    state.withLock { state in
      let old = state.status(of: service)
      state.statuses[service] = isServing ? .serving : .notServing
      let new = state.status(of: service)
      guard let new, new != old else { return }
      for watcher in state.watchers.values where watcher.service == service {
        watcher.changes.yield(new)
      }
    }
  }

  /// Whether calls of a service are welcome; `nil` if nothing is known of it.
  public func isServing(_ service: String = "") -> Bool? {
    state.withLock { $0.status(of: service) }.map { $0 == .serving }
  }

  /// Takes a service in, as serving, unless it was set before.
  func add(_ service: String) {
    if isServing(service) == nil { set(isServing: true, for: service) }
  }

  /// What the service is now, and each change; of changes that nobody took in time only the last.
  ///
  /// Ends when the server begins to stop.
  func changes(of service: String) -> AsyncStream<ServingStatus> {
    let (stream, continuation) = AsyncStream.makeStream(
      of: ServingStatus.self, bufferingPolicy: .bufferingNewest(1))
    state.withLock { state in
      continuation.yield(state.status(of: service) ?? .serviceUnknown)
      guard !state.isClosed else { return continuation.finish() }
      let number = state.nextWatcher
      state.nextWatcher += 1
      state.watchers[number] = Watcher(service: service, changes: continuation)
      continuation.onTermination = { [weak self] _ in self?.forget(number) }
    }
    return stream
  }

  /// How many calls watch.
  var watcherCount: Int { state.withLock { $0.watchers.count } }

  private func forget(_ number: UInt64) {
    state.withLock { $0.watchers[number] = nil }
  }

  /// Says that nothing is served any more, for good.
  func close() {
    let watchers = state.withLock { state in
      state.isClosed = true
      defer { state.watchers = [:] }
      return Array(state.watchers.values)
    }
    for watcher in watchers {
      watcher.changes.yield(.notServing)
      watcher.changes.finish()
    }
  }
}

/// Answers `diyml.rpc.v1.Health` from a board.
struct HealthProvider: HealthService {
  let board: HealthBoard

  func check(
    _ request: HealthCheckRequest, context: ServerContext
  ) async throws -> HealthCheckResponse {
    guard let isServing = board.isServing(request.service) else {
      throw Status(
        .notFound, "no service \(request.service.debugDescription)",
        details: [.resource(kind: "service", name: request.service)])
    }
    return HealthCheckResponse(status: isServing ? .serving : .notServing)
  }

  func watch(
    _ request: HealthCheckRequest, responses: MessageWriter<HealthCheckResponse>,
    context: ServerContext
  ) async throws {
    var last: ServingStatus?
    for await status in board.changes(of: request.service) where status != last {
      try await responses.write(HealthCheckResponse(status: status))
      last = status
    }
    try Task.checkCancellation()
  }
}
