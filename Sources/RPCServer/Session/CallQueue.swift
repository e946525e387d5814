import RPCCore
import Synchronization

/// Brings calls from the event loops to the tasks that start their handlers.
final class CallQueue<Element: Sendable>: Sendable {
  private struct State {
    var elements = ShortQueue<Element>()
    var isFinished = false
    var receivers: [CheckedContinuation<Element?, Never>] = []
  }

  /// What a receiver finds.
  private enum Found {
    case element(Element)
    case nothing
    case end
  }

  private let state = Mutex(State())

  /// Hands over elements; `false` if nobody will take them any more.
  func push(_ elements: [Element]) -> Bool {
    let receivers = state.withLock { state in
      guard !state.isFinished else { return nil as [CheckedContinuation<Element?, Never>]? }
      let woken = min(elements.count, state.receivers.count)
      let receivers = Array(state.receivers.suffix(woken))
      state.receivers.removeLast(woken)
      for element in elements.dropFirst(woken) { state.elements.append(element) }
      return receivers
    }
    guard let receivers else { return false }
    for (receiver, element) in zip(receivers, elements) { receiver.resume(returning: element) }
    return true
  }

  /// No more elements follow; those handed over are still taken.
  func finish() {
    let receivers = state.withLock { state in
      state.isFinished = true
      defer { state.receivers = [] }
      return state.receivers
    }
    for receiver in receivers { receiver.resume(returning: nil) }
  }

  /// The next element; `nil` after the last one.
  ///
  /// Any number of tasks may take, each on its own executor.
  nonisolated(nonsending) func next() async -> Element? {
    switch state.withLock({ Self.take(from: &$0) }) {
    case .element(let element): return element
    case .end: return nil
    case .nothing: break
    }
    return await withCheckedContinuation { continuation in
      let found = state.withLock { state in
        let found = Self.take(from: &state)
        if case .nothing = found { state.receivers.append(continuation) }
        return found
      }
      switch found {
      case .element(let element): continuation.resume(returning: element)
      case .end: continuation.resume(returning: nil)
      case .nothing: break
      }
    }
  }

  private static func take(from state: inout State) -> Found {
    if let element = state.elements.popFirst() { return .element(element) }
    return state.isFinished ? .end : .nothing
  }
}
