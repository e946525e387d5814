package import API
import RPCCore

/// Follows a training to its end, over as many connections as it takes.
package struct TrainingWatcher: Sendable {
  private let context: CommandContext
  private let training: String

  /// Watches the training of that address.
  package init(context: CommandContext, training: String) {
    self.context = context
    self.training = training
  }

  /// Gives each event once, in order, to `receive`.
  ///
  /// - Returns: The training as it ended.
  /// - Throws: The `Status` of a watch that failed for good.
  package func watch(
    after sequence: Int32 = 0, _ receive: @Sendable (TrainingEvent) throws -> Void
  ) async throws -> TrainingJob {
    var state = WatchState(after: sequence)
    while true {
      let (reached, loss) = try await follow(from: state, receive)
      state = reached
      if state.hasEnded, let job = state.job { return job }
      switch state.lost(loss) {
      case .watchAgain(let pause): try await context.system.sleep(pause)
      case .giveUp(let status): throw status
      }
    }
  }

  /// Follows the training over one connection.
  ///
  /// - Returns: How far it got, and what ended the connection, if something did.
  private func follow(
    from state: WatchState, _ receive: @Sendable (TrainingEvent) throws -> Void
  ) async throws -> (WatchState, Status?) {
    let reached = Shared(state)
    do {
      try await context.connected { clients in
        let request = WatchTrainingRequest(
          training: training, afterEvent: state.lastSequence)
        try await clients.training.watchTraining(request, options: clients.streamOptions) {
          events in
          for try await event in events {
            let isNew = reached.withLock { $0.received(event) }
            if isNew { try receive(event) }
          }
        }
      }
      return (reached.withLock { $0 }, nil)
    } catch let status as Status {
      return (reached.withLock { $0 }, status)
    }
  }
}
