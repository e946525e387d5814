import RPCCore
import Synchronization

/// Keeps the counts in memory.
final class TallyProvider: TallyService {
  private struct State {
    var counts: [String: Int64] = [:]
    var watchers: [String: [Int: AsyncStream<Int64>.Continuation]] = [:]
    var watchersSoFar = 0
  }

  private let state = Mutex(State())

  func add(_ request: AddRequest, context: ServerContext) async throws -> Count {
    guard !request.name.isEmpty else { throw Status(.invalidArgument, "name is empty") }
    let sum = try state.withLock { state in
      let old = state.counts[request.name, default: 0]
      let (sum, overflows) = old.addingReportingOverflow(request.amount)
      guard !overflows else {
        throw Status(.outOfRange, "\(request.name) is \(old); adding \(request.amount) overflows")
      }
      state.counts[request.name] = sum
      for watcher in state.watchers[request.name, default: [:]].values { watcher.yield(sum) }
      return sum
    }
    return Count(name: request.name, value: sum)
  }

  func watch(
    _ request: WatchRequest, responses: MessageWriter<Count>, context: ServerContext
  ) async throws {
    let (values, watcher) = AsyncStream.makeStream(
      of: Int64.self, bufferingPolicy: .bufferingNewest(1))
    let number = state.withLock { state in
      state.watchersSoFar += 1
      state.watchers[request.name, default: [:]][state.watchersSoFar] = watcher
      watcher.yield(state.counts[request.name, default: 0])
      return state.watchersSoFar
    }
    defer { state.withLock { $0.watchers[request.name]?[number] = nil } }
    // Ends when the caller cancels or the server stops: either cancels this task.
    for await value in values {
      try await responses.write(Count(name: request.name, value: value))
    }
  }
}
