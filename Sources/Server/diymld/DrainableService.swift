internal import Waiting

/// One of the things that run for as long as the server does.
struct DrainableService: Sendable {
  private enum Ended { case body, drain, patience }

  /// How long the body may take to end when it is drained, before it is cancelled.
  private static let patience = Duration.seconds(5)

  private let isAsked = OneShotSignal()
  private let hasEnded = OneShotSignal()
  private let body: @Sendable () async throws -> Void
  private let drain: @Sendable () async -> Void

  /// Says how it runs and ends.
  ///
  /// - Parameters:
  ///   - body: returns soon after `drain`, and sooner when it is cancelled.
  ///   - drain: asks `body` to come to its end.
  init(
    _ body: @escaping @Sendable () async throws -> Void,
    drain: @escaping @Sendable () async -> Void
  ) {
    self.body = body
    self.drain = drain
  }

  /// Runs all side by side.
  ///
  /// After `stop` they end one after the other, from the last to the first; when one fails, the others
  /// are cancelled.
  static func run(_ services: [DrainableService], until stop: OneShotSignal) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      for service in services { group.addTask { try await service.run() } }
      group.addTask {
        await stop.wait()
        for service in services.reversed() {
          service.isAsked.open()
          await service.hasEnded.wait()
        }
      }
      // Not waitForAll, which would wait for the others first.
      for try await _ in group {}
    }
  }

  /// Returns when the body has ended and was asked to: those before it in the list may still need it.
  private func run() async throws {
    defer { hasEnded.open() }
    try await withThrowingTaskGroup(of: Ended.self) { group in
      group.addTask {
        try await body()
        return .body
      }
      group.addTask {
        await isAsked.wait()
        // Where the wait was cancelled, the body is as well.
        if !Task.isCancelled { await drain() }
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
