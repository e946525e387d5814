import Synchronization

/// Wakes tasks that wait for a topic to change, so that nobody polls.
///
/// It carries no news, only that there is some: whoever is woken looks in the store. So a listener
/// never misses what happened between looking and waiting, changes that come faster than it looks
/// fold into one, and a slow listener costs one remembered wake and holds up nobody.
package final class ChangeNotifier<Topic: Hashable & Sendable>: Sendable {
  private struct State {
    var nextListener: UInt64 = 0
    var listeners: [Topic: [UInt64: AsyncStream<Void>.Continuation]] = [:]
    var isFinished = false
  }

  private let state = Mutex(State())

  package init() {}

  /// Runs `body` with the changes of a topic from now on; they end when the notifier finishes or
  /// the task is cancelled.
  package func listening<Result>(
    to topic: Topic, _ body: (AsyncStream<Void>) async throws -> Result
  ) async rethrows -> Result {
    let (changes, continuation) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
    let listener = add(continuation, to: topic)
    defer { remove(listener, from: topic) }
    return try await body(changes)
  }

  /// Wakes those who listen to a topic.
  package func announce(_ topic: Topic) {
    let listeners = state.withLock { $0.listeners[topic]?.values.map(\.self) ?? [] }
    for listener in listeners { listener.yield() }
  }

  /// Ends every listener's changes, now and from now on.
  package func finish() {
    let listeners = state.withLock { state in
      state.isFinished = true
      return state.listeners.values.flatMap(\.values)
    }
    for listener in listeners { listener.finish() }
  }

  /// How many listen to a topic; for tests and metrics.
  package func listenerCount(of topic: Topic) -> Int {
    state.withLock { $0.listeners[topic]?.count ?? 0 }
  }

  private func add(_ continuation: AsyncStream<Void>.Continuation, to topic: Topic) -> UInt64 {
    let (listener, isFinished) = state.withLock { state in
      let listener = state.nextListener
      state.nextListener += 1
      state.listeners[topic, default: [:]][listener] = continuation
      return (listener, state.isFinished)
    }
    if isFinished { continuation.finish() }
    return listener
  }

  private func remove(_ listener: UInt64, from topic: Topic) {
    state.withLock { state in
      state.listeners[topic]?[listener] = nil
      if state.listeners[topic]?.isEmpty == true { state.listeners[topic] = nil }
    }
  }
}
