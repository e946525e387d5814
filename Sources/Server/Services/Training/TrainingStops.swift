internal import Store
internal import Synchronization
internal import Waiting

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
  private let running = Mutex<[TrainingID: AsyncStream<TrainingStop>.Continuation]>([:])
  private let draining = OneShotSignal()

  /// Runs `body` with the wishes for one training; at most one is kept.
  func listening<Result: Sendable>(
    for training: TrainingID, _ body: (AsyncStream<TrainingStop>) async -> Result
  ) async -> Result {
    let (stops, continuation) = AsyncStream<TrainingStop>.makeStream(
      bufferingPolicy: .bufferingOldest(1))
    running.withLock { $0[training] = continuation }
    if isDraining { continuation.yield(.serverStopping) }
    defer { running.withLock { $0[training] = nil } }
    return await body(stops)
  }

  /// Stops one training, if it runs.
  func stop(_ training: TrainingID, _ stop: TrainingStop) {
    running.withLock { $0[training] }?.yield(stop)
  }

  /// Stops every training, those that begin from now on included.
  func drain() {
    draining.open()
    let continuations = running.withLock { Array($0.values) }
    for continuation in continuations { continuation.yield(.serverStopping) }
  }

  /// Returns when `drain()` has been called or the task is cancelled.
  func untilDraining() async { await draining.wait() }

  var isDraining: Bool { draining.isOpen }
}
