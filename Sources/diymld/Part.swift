internal import ServiceLifecycle

/// One of the things that run for as long as the server does.
struct Part: Service, CustomStringConvertible {
  private enum Ended { case body, drain }

  let description: String
  private let body: @Sendable () async throws -> Void
  private let drain: @Sendable () async -> Void

  /// - Parameters:
  ///   - body: returns soon after `drain`, and sooner when it is cancelled.
  ///   - drain: asks `body` to come to its end.
  init(
    _ name: String, _ body: @escaping @Sendable () async throws -> Void,
    drain: @escaping @Sendable () async -> Void
  ) {
    description = name
    self.body = body
    self.drain = drain
  }

  func run() async throws {
    try await withThrowingTaskGroup(of: Ended.self) { group in
      group.addTask {
        try await body()
        return .body
      }
      group.addTask {
        do {
          try await gracefulShutdown()
          await drain()
        } catch is CancellationError {
          // The body has ended by itself, or is cancelled as well.
        }
        return .drain
      }
      for try await ended in group where ended == .body { group.cancelAll() }
    }
  }
}
