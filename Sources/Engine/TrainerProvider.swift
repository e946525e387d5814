package import API
internal import Model
package import RPCCore
internal import Synchronization
internal import Threads

/// Trains models, one at a time.
package final class TrainerProvider: EngineTrainerService {
  private let folders: EngineFolders
  private let configuration: EngineConfiguration
  private let isBusy = Atomic(false)

  package init(folders: EngineFolders, configuration: EngineConfiguration) {
    self.folders = folders
    self.configuration = configuration
  }

  package func trainClassifier(
    _ request: EngineTrainClassifierRequest, responses: MessageWriter<EngineTrainEvent>,
    context: ServerContext
  ) async throws {
    try await perform(request.modelFile, responses) {
      try TrainingTask(
        request, folders: folders, computingThreads: configuration.computingThreads)
    }
  }

  package func trainDetector(
    _ request: EngineTrainDetectorRequest, responses: MessageWriter<EngineTrainEvent>,
    context: ServerContext
  ) async throws {
    try await perform(request.modelFile, responses) {
      try TrainingTask(
        request, folders: folders, computingThreads: configuration.computingThreads)
    }
  }

  /// Trains what `makeTask` makes of a request, and sends what comes out but the model, which goes
  /// into its staged file.
  private func perform(
    _ modelFile: String, _ responses: MessageWriter<EngineTrainEvent>,
    _ makeTask: () throws -> TrainingTask
  ) async throws {
    guard !isBusy.exchange(true, ordering: .acquiringAndReleasing) else {
      throw Status(.limitReached, "this engine trains already; the limit is 1 training")
    }
    defer { isBusy.store(false, ordering: .releasing) }
    let task = try makeTask()
    let path = try folders.path(ofStaged: modelFile, field: "model_file")
    let result = try await train(task, into: path, responses)
    try await responses.write(EngineTrainEvent(event: .result(result)))
  }

  /// Trains on a thread of its own and sends progress meanwhile; cancelling stops the training.
  ///
  /// Returns when the thread is done, however it ends.
  private func train(
    _ task: TrainingTask, into path: String, _ responses: MessageWriter<EngineTrainEvent>
  ) async throws -> EngineTrainEvent.Result {
    let stop = CancellationFlag()
    // Events are few a second; the bound only matters when nobody reads.
    let (events, feed) = AsyncStream.makeStream(
      of: TrainingStep.self, bufferingPolicy: .bufferingNewest(1_000))
    let trainer = Trainer(
      backbonePath: folders.backbone, isCancelled: { stop.isCancelled },
      report: { feed.yield($0) })
    let thread = TorchThread(name: "train", computingThreads: configuration.computingThreads)
    return try await withTaskCancellationHandler {
      async let outcome = thread.run {
        defer { feed.finish() }
        return try Self.statusErrors {
          let (trained, model) = try task.train(trainer)
          var result = trained
          result.modelHash = try model.write(intoStaged: path)
          return result
        }
      }
      do {
        for await event in events { try await responses.write(EngineTrainEvent(event)) }
      } catch {
        stop.cancel()
        throw error
      }
      return try await outcome
    } onCancel: {
      stop.cancel()
    }
  }

  /// Turns what module Model throws into what callers understand, once.
  private static func statusErrors<Value>(_ body: () throws -> Value) throws -> Value {
    do {
      return try body()
    } catch ModelError.cancelled {
      throw CancellationError()
    } catch let error as ModelError {
      throw Status(error)
    }
  }
}

extension EngineTrainEvent {
  /// One step of progress, in the terms of the contract.
  init(_ event: TrainingStep) {
    if let note = event.note {
      self.init(event: .note(note))
      return
    }
    self.init(
      event: .progress(
        API.TrainingProgress(
          phase: TrainingPhase(event.phase), epoch: Int32(clamping: event.epoch),
          epochs: Int32(clamping: event.epochs), imagesDone: Int32(event.imagesDone),
          imagesTotal: Int32(event.imagesTotal), loss: event.loss,
          validationAccuracy: event.validationAccuracy,
          imagesPerSecond: event.imagesPerSecond, secondsLeft: event.secondsLeft,
          validationMeanAveragePrecision: event.validationAveragePrecision)))
  }
}

extension TrainingPhase {
  init(_ phase: TrainingStep.Phase) {
    switch phase {
    case .images, .features: self = .features
    case .head: self = .head
    case .fineTuning: self = .fineTuning
    case .evaluation: self = .evaluation
    }
  }
}
