internal import API
package import EngineHost
package import Logging
package import Store

/// What those who wait for trainings wait for.
package enum TrainingTopic: Hashable, Sendable {
  /// A training was queued.
  case queue
  /// Something happened in a training.
  case training(TrainingID)
}

/// Runs queued trainings, the oldest first, each with an engine of its own.
///
/// When the server stops, what runs is marked as failed with that reason and what is queued stays
/// queued for the next start. A training that the server left running without a chance to say so is
/// marked in the same way when the store is opened again.
package final class TrainingScheduler: Sendable {
  package struct Configuration: Sendable {
    /// Trainings that run at once.
    package var jobsMax = 1
    /// Of the file of a trained model.
    package var weightsBytesMax: UInt64 = 256 << 20
    /// Of one note of an engine; longer ones are cut.
    package var noteBytesMax = 1_000
    /// How long to wait when the store fails, before it is tried again; doubles with each time.
    package var retryPause = Duration.seconds(1)
    /// Until this, which it stays at.
    package var retryPauseMax = Duration.seconds(60)

    package init() {}
  }

  let changes = ChangeNotifier<TrainingTopic>()
  private let stops = TrainingStops()
  private let store: DataStore
  private let engines: any TrainingEngines
  private let configuration: Configuration
  private let clock: ServiceClock
  private let logger: Logger

  package init(
    store: DataStore, engines: any TrainingEngines, configuration: Configuration = Configuration(),
    clock: ServiceClock, logger: Logger
  ) {
    self.store = store
    self.engines = engines
    self.configuration = configuration
    self.clock = clock
    self.logger = logger
  }

  /// Runs trainings until `drain()`, and ends every `WatchTraining` when none runs any more.
  ///
  /// Cancelling is the hard stop.
  package func run() async {
    await withDiscardingTaskGroup { group in
      for _ in 0..<configuration.jobsMax {
        group.addTask { await self.work() }
      }
    }
    changes.finish()
  }

  /// Stops what runs and starts nothing any more.
  package func drain() {
    stops.drain()
    wake()
  }

  /// Looks for queued trainings again.
  func wake() { changes.announce(.queue) }

  /// Stops a training that was cancelled in the store, if it runs, and tells those who watch it.
  func stopCancelled(_ training: TrainingID) {
    stops.stop(training, .cancelled)
    changes.announce(.training(training))
  }

  /// Stops trainings that were deleted, where they run, and tells those who watch them.
  package func stopDeleted(_ trainings: [TrainingID]) {
    for training in trainings {
      stops.stop(training, .gone)
      changes.announce(.training(training))
    }
  }

  private func work() async {
    await changes.listening(to: .queue) { changes in
      var changes = changes.makeAsyncIterator()
      repeat {
        while !stops.isDraining, !Task.isCancelled, let training = await startNextInTime() {
          await perform(training)
        }
      } while await changes.next() != nil && !stops.isDraining
    }
  }

  /// Takes the training that has waited longest, as soon as the store can; nothing when none waits.
  private func startNextInTime() async -> TrainingRecord? {
    var pause = configuration.retryPause
    while true {
      do {
        return try await startNext()
      } catch {
        logger.error("cannot start the next training", metadata: ["error": "\(error)"])
        guard await slept(&pause) else { return nil }
      }
    }
  }

  /// Waits longer each time, but not past `drain()`.
  ///
  /// - Returns: whether to go on.
  private func slept(_ pause: inout Duration) async -> Bool {
    await withTaskGroup { group in
      group.addTask { [clock, pause] in _ = await clock.slept(pause) }
      group.addTask { [stops] in await stops.untilDraining() }
      await group.next()
      group.cancelAll()
    }
    pause = min(pause * 2, configuration.retryPauseMax)
    return !stops.isDraining && !Task.isCancelled
  }

  private func startNext() async throws -> TrainingRecord? {
    while let waiting = try await store.nextQueuedTraining() {
      do {
        let training = try await store.startTraining(waiting.id, at: clock.now())
        changes.announce(.training(training.id))
        return training
      } catch let error as StoreError where error.isEndedAlready {
        continue  // Cancelled, deleted or taken between the two looks.
      }
    }
    return nil
  }

  private func perform(_ training: TrainingRecord) async {
    logger.info("training starts", metadata: training.logged)
    let run = TrainingRun(
      training: training, store: store, engines: engines, configuration: configuration,
      now: clock.now,
      announce: { [changes] in changes.announce(.training(training.id)) })
    let ending = await stops.listening(for: training.id) { stops in
      await run.ending(unless: stops)
    }
    await record(ending, of: training)
    changes.announce(.training(training.id))
  }

  /// Commits how a training ended, as soon as the store can.
  private func record(_ ending: TrainingRun.Ending, of training: TrainingRecord) async {
    var pause = configuration.retryPause
    while true {
      do {
        return try await commit(ending, of: training)
      } catch let error as StoreError where error.isEndedAlready {
        logger.info("training was cancelled or deleted at its end", metadata: training.logged)
        return
      } catch {
        var logged = training.logged
        logged["error"] = "\(error)"
        logger.error("cannot record the end of a training", metadata: logged)
        // If not, the next start of the server marks it as failed.
        guard await slept(&pause) else { return }
      }
    }
  }

  /// A model that cannot be stored makes the training a failed one.
  private func commit(_ ending: TrainingRun.Ending, of training: TrainingRecord) async throws {
    switch ending {
    case .succeeded(let weights, let facts, let report):
      do {
        _ = try await store.finishTraining(
          training.id, weights: weights, facts: facts, report: report, at: clock.now())
      } catch let error as StoreError where !error.isEndedAlready {
        return try await fail(training, "the model cannot be stored: \(error)")
      }
      logger.info("training succeeded", metadata: training.logged)
    case .failed(let reason): try await fail(training, reason)
    case .stopped(.serverStopping):
      try await fail(training, "the server was stopped; train again when it is back")
    case .stopped(.cancelled), .stopped(.gone):
      logger.info("training was cancelled or deleted", metadata: training.logged)
    }
  }

  private func fail(_ training: TrainingRecord, _ reason: String) async throws {
    _ = try await store.endTraining(training.id, .failed(reason: reason), at: clock.now())
    var logged = training.logged
    logged["reason"] = "\(reason)"
    logger.warning("training failed", metadata: logged)
  }
}

extension StoreError {
  /// Whether a training that was to go on is cancelled, deleted or over.
  var isEndedAlready: Bool {
    switch self {
    case .trainingState, .notFound: true
    case .alreadyExists, .unknownClass, .repeatedClass, .classInUse, .wrongAnnotation, .limit,
      .trainingActive, .changed, .changedMeanwhile, .keyTaken, .folderInUse, .refused, .damaged,
      .fault,
      .file, .database:
      false
    }
  }
}

extension TrainingRecord {
  fileprivate var logged: Logger.Metadata {
    ["training": "\(id.rawValue)", "project": "\(project.rawValue)", "number": "\(number)"]
  }
}
