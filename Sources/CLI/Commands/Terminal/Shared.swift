import Synchronization

/// A value that several tasks change in turn.
final class Shared<Value: Sendable>: Sendable {
  private let value: Mutex<Value>

  init(_ value: Value) {
    self.value = Mutex(value)
  }

  func withLock<Result>(_ body: (inout Value) throws -> sending Result) rethrows -> Result {
    try value.withLock { try body(&$0) }
  }
}
