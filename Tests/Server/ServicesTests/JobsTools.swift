import Synchronization

@testable import Services

/// Holds tasks up until it is opened; it stays open.
final class Gate: Sendable {
  private let notifier = ChangeNotifier<Int>()

  func open() { notifier.finish() }

  /// - Throws: when the task is cancelled before.
  func pass() async throws {
    await notifier.listening(to: 0) { changes in for await _ in changes {} }
    try Task.checkCancellation()
  }
}

/// A clock that the test turns.
final class ManualTime: Sendable {
  private let milliseconds = Atomic<Int64>(1_000_000)

  func advance(by seconds: Int64) {
    milliseconds.add(seconds * 1_000, ordering: .relaxed)
  }

  var unixMilliseconds: Int64 { milliseconds.load(ordering: .relaxed) }
}

/// Counts how many are inside at once.
final class Level: Sendable {
  private let state = Mutex((now: 0, highest: 0))

  func enter() {
    state.withLock { state in
      state.now += 1
      state.highest = max(state.highest, state.now)
    }
  }

  func leave() { state.withLock { $0.now -= 1 } }

  var highest: Int { state.withLock { $0.highest } }
}

/// Lines from several tasks.
final class Log: Sendable {
  private let state = Mutex<[String]>([])

  /// How many there are now.
  @discardableResult
  func add(_ line: String) -> Int {
    state.withLock { lines in
      lines.append(line)
      return lines.count
    }
  }

  var lines: [String] { state.withLock { $0 } }
}
