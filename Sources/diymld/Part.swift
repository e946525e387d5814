internal import ServiceLifecycle

/// One of the things that run for as long as the server does.
struct Part: Service, CustomStringConvertible {
  private enum Ended { case body, drain, patience }

  /// How long the body may take to end when it is drained, before it is cancelled.
  private static let patience = Duration.seconds(5)

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

  /// Returns when the body has ended and the group has asked for it: a group takes a part that ends
  /// before its turn for a failure.
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
          // The body is cancelled as well.
        }
        return .drain
      }
      var bodyHasEnded = false
      var isDrained = false
      for try await ended in group {
        switch ended {
        case .body: bodyHasEnded = true
        case .drain:
          isDrained = true
          group.addTask {
            do {
              try await Task.sleep(for: Self.patience)
            } catch is CancellationError {
              // The body has ended in time.
            }
            return .patience
          }
        case .patience: group.cancelAll()
        }
        if bodyHasEnded && isDrained { group.cancelAll() }
      }
    }
  }
}
