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
    try await perform(responses) {
      try TrainingTask(
        request, folders: folders, computingThreads: configuration.computingThreads)
    }
  }

  package func trainDetector(
    _ request: EngineTrainDetectorRequest, responses: MessageWriter<EngineTrainEvent>,
    context: ServerContext
  ) async throws {
    try await perform(responses) {
      try TrainingTask(
        request, folders: folders, computingThreads: configuration.computingThreads)
    }
  }

  /// Trains what `makeTask` makes of a request, and sends what comes out.
  private func perform(
    _ responses: MessageWriter<EngineTrainEvent>, _ makeTask: () throws -> TrainingTask
  ) async throws {
    guard !isBusy.exchange(true, ordering: .acquiringAndReleasing) else {
      throw Status(.resourceExhausted, "this engine trains already; the limit is 1 training")
    }
    defer { isBusy.store(false, ordering: .releasing) }
    let task = try makeTask()
    let file = TrainedModelFile(folder: folders.scratch)
    let (outcome, history) = try await train(task, into: file, responses)
    let facts = try await file.forEachChunk { chunk in
      try await responses.write(EngineTrainEvent(event: .weightsChunk(chunk)))
    }
    try await responses.write(
      EngineTrainEvent(event: .result(.init(outcome, history: history, file: facts))))
  }

  /// Trains on a thread of its own and sends progress meanwhile; cancelling stops the training.
  ///
  /// Returns when the thread is done, however it ends.
  private func train(
    _ task: TrainingTask, into file: TrainedModelFile, _ responses: MessageWriter<EngineTrainEvent>
  ) async throws -> (TrainingTask.Outcome, EpochHistory) {
    let stop = CancellationFlag()
    // Events are few a second; the bound only matters when nobody reads.
    let (events, feed) = AsyncStream.makeStream(
      of: Model.TrainingEvent.self, bufferingPolicy: .bufferingNewest(1_000))
    let thread = TorchThread(name: "train", computingThreads: configuration.computingThreads)
    return try await withTaskCancellationHandler {
      async let outcome = thread.run {
        defer { feed.finish() }
        return try Self.statusErrors {
          try task.train(file.path, { feed.yield($0) }, { stop.isCancelled })
        }
      }
      var history = EpochHistory(start: .now)
      do {
        for await event in events {
          history.received(event, at: .now)
          try await responses.write(EngineTrainEvent(event, images: task.imageCount))
        }
      } catch {
        stop.cancel()
        throw error
      }
      let done = try await outcome
      history.complete(with: done.validated)
      return (done, history)
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

extension EngineTrainEvent.Result {
  init(_ outcome: TrainingTask.Outcome, history: EpochHistory, file: TrainedModelFile.Facts) {
    self.init(
      trainingImages: UInt64(outcome.trainingImages),
      validationImages: UInt64(outcome.validationImages), loss: history.loss,
      architecture: outcome.architecture, inputSide: UInt32(outcome.inputSide),
      weightsBytes: file.bytes, weightsHash: file.hash, history: history.epochs,
      measured: outcome.measured)
  }
}

extension EngineTrainEvent {
  /// One step of progress, in the words of the contract.
  init(_ event: Model.TrainingEvent, images: Int) {
    if let note = event.note {
      self.init(event: .note(note))
      return
    }
    let done = min(1, max(0, event.fraction)) * Double(images)
    self.init(
      event: .progress(
        API.TrainingProgress(
          phase: TrainingPhase(event.phase), epoch: UInt32(clamping: event.epoch),
          epochs: UInt32(clamping: event.epochs), imagesDone: UInt64(done),
          imagesTotal: UInt64(images), loss: event.loss,
          validationAccuracy: event.validationAccuracy,
          imagesPerSecond: event.imagesPerSecond, secondsLeft: event.secondsLeft,
          validationMap: event.validationAveragePrecision)))
  }
}

extension TrainingPhase {
  init(_ phase: Model.TrainingEvent.Phase) {
    switch phase {
    case .images, .features: self = .features
    case .head: self = .head
    case .fineTuning: self = .fineTuning
    }
  }
}
