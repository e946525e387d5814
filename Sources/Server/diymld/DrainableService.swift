internal import ServiceLifecycle

/// One of the things that run for as long as the server does.
struct DrainableService: Service, CustomStringConvertible {
  private enum Ended { case body, drain, patience }

  /// How long the body may take to end when it is drained, before it is cancelled.
  private static let patience = Duration.seconds(5)

  let description: String
  private let body: @Sendable () async throws -> Void
  private let drain: @Sendable () async -> Void

  /// Names a part and says how it runs and ends.
  ///
  /// - Parameters:
  ///   - name: for the log.
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
      var awaited: Set<Ended> = [.body, .drain]
      for try await ended in group {
        awaited.remove(ended)
        switch ended {
        case .body: break
        case .drain: group.addTask { await Self.patienceHasEnded() }
        case .patience: group.cancelAll()
        }
        if awaited.isEmpty { group.cancelAll() }
      }
    }
  }

  private static func patienceHasEnded() async -> Ended {
    do {
      try await Task.sleep(for: patience)
    } catch {
      // Cancelled, since the body has ended in time.
    }
    return .patience
  }
}
