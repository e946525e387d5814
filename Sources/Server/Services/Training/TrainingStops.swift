internal import Store
internal import Synchronization

/// Why a training that runs is to stop before its end.
enum TrainingStop: Sendable, Equatable {
  /// Its owner has cancelled it; the store knows already.
  case cancelled
  /// The server stops.
  case serverStopping
  /// It was deleted, or ended by someone else.
  case gone
}

/// Carries the wish to stop to the trainings that run.
final class TrainingStops: Sendable {
  private struct State {
    var running: [TrainingID: AsyncStream<TrainingStop>.Continuation] = [:]
    var isDraining = false
  }

  private enum Topic { case drain }

  private let state = Mutex(State())
  private let ends = ChangeNotifier<Topic>()

  /// Runs `body` with the wishes for one training; at most one is kept.
  func listening<Result: Sendable>(
    for training: TrainingID, _ body: (AsyncStream<TrainingStop>) async -> Result
  ) async -> Result {
    let (stops, continuation) = AsyncStream<TrainingStop>.makeStream(
      bufferingPolicy: .bufferingOldest(1))
    let isDraining = state.withLock { state in
      state.running[training] = continuation
      return state.isDraining
    }
    if isDraining { continuation.yield(.serverStopping) }
    defer { state.withLock { $0.running[training] = nil } }
    return await body(stops)
  }

  /// Stops one training, if it runs.
  func stop(_ training: TrainingID, _ stop: TrainingStop) {
    let continuation = state.withLock { $0.running[training] }
    continuation?.yield(stop)
  }

  /// Stops every training, those that begin from now on included.
  func drain() {
    let continuations = state.withLock { state in
      state.isDraining = true
      return Array(state.running.values)
    }
    for continuation in continuations { continuation.yield(.serverStopping) }
    ends.finish()
  }

  /// Returns when `drain()` has been called or the task is cancelled.
  func untilDraining() async {
    await ends.listening(to: .drain) { changes in
      if isDraining { return }
      for await _ in changes {}
    }
  }

  var isDraining: Bool { state.withLock { $0.isDraining } }
}
