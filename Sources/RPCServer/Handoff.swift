import Synchronization

/// Brings calls from the event loops to the one task that starts their handlers, many at a time.
final class Handoff<Element: Sendable>: Sendable {
  private struct State {
    var elements: [Element] = []
    var isFinished = false
    var receiver: CheckedContinuation<[Element]?, Never>?
  }

  private let state = Mutex(State())

  /// Hands over an element; `false` if nobody will take it any more.
  func push(_ element: Element) -> Bool {
    let (isTaken, receiver) = state.withLock { state in
      guard !state.isFinished else {
        return (false, nil as CheckedContinuation<[Element]?, Never>?)
      }
      guard let receiver = state.receiver.take() else {
        state.elements.append(element)
        return (true, nil)
      }
      return (true, receiver)
    }
    receiver?.resume(returning: [element])
    return isTaken
  }

  /// No more elements follow; those handed over are still taken.
  func finish() {
    let receiver = state.withLock { state in
      state.isFinished = true
      return state.receiver.take()
    }
    receiver?.resume(returning: nil)
  }

  /// All elements that wait, or the next one; `nil` after the last.
  ///
  /// One task takes.
  func next() async -> [Element]? {
    await withCheckedContinuation { continuation in
      let ready: [Element]?? = state.withLock { state in
        if !state.elements.isEmpty {
          defer { state.elements = [] }
          return state.elements
        }
        if state.isFinished { return .some(nil) }
        state.receiver = continuation
        return nil
      }
      if let ready { continuation.resume(returning: ready) }
    }
  }
}
