package import API
internal import Model
package import RPCCore
internal import Synchronization

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
    _ request: EngineTrainClassifierRequest,
    responses: MessageWriter<EngineTrainClassifierEvent>, context: ServerContext
  ) async throws {
    guard !isBusy.exchange(true, ordering: .acquiringAndReleasing) else {
      throw Status(.resourceExhausted, "this engine trains already; the limit is 1 training")
    }
    defer { isBusy.store(false, ordering: .releasing) }
    let task = try TrainingTask(
      request, folders: folders, computingThreads: configuration.computingThreads)
    let file = TrainedModelFile(folder: folders.scratch)
    let (report, loss) = try await train(task, into: file, responses)
    let facts = try await file.forEachChunk { chunk in
      try await responses.write(EngineTrainClassifierEvent(event: .weightsChunk(chunk)))
    }
    try await responses.write(
      EngineTrainClassifierEvent(event: .result(.init(report, loss: loss, file: facts))))
  }

  /// Trains on a thread of its own and sends progress meanwhile; cancelling stops the training.
  ///
  /// Returns when the thread is done, however it ends.
  private func train(
    _ task: TrainingTask, into file: TrainedModelFile,
    _ responses: MessageWriter<EngineTrainClassifierEvent>
  ) async throws -> (report: TrainingReport, loss: Double) {
    let stop = StopSign()
    // Events are few a second; the bound only matters when nobody reads.
    let (events, feed) = AsyncStream.makeStream(
      of: Model.TrainingEvent.self, bufferingPolicy: .bufferingNewest(1_000))
    let trainer = ClassificationTrainer(task.recipe, backbonePath: folders.backbone)
    let thread = TorchThread(
      name: "train", computingThreads: configuration.computingThreads)
    return try await withTaskCancellationHandler {
      async let report = thread.run {
        defer { feed.finish() }
        return try Self.statusErrors {
          try trainer.train(
            task.set, writingTo: file.path, progress: { feed.yield($0) },
            isCancelled: { stop.isSet })
        }
      }
      var loss = 0.0
      do {
        for await event in events {
          loss = event.loss ?? loss
          try await responses.write(
            EngineTrainClassifierEvent(event, images: task.set.labels.count))
        }
      } catch {
        stop.set()
        throw error
      }
      return (try await report, loss)
    } onCancel: {
      stop.set()
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

/// Tells another thread to stop.
private final class StopSign: Sendable {
  private let value = Atomic(false)

  var isSet: Bool { value.load(ordering: .relaxed) }

  func set() { value.store(true, ordering: .relaxed) }
}

extension EngineTrainClassifierEvent.Result {
  init(_ report: TrainingReport, loss: Double, file: TrainedModelFile.Facts) {
    let ranks = min(5, report.validation.confusion.count)
    self.init(
      accuracy: report.validation.accuracy, topKAccuracy: report.validation.topAccuracy(ranks),
      topK: UInt32(ranks),
      confusion: report.validation.confusion.flatMap { $0.map { UInt64(clamping: $0) } },
      trainingImages: UInt64(report.trainingImages),
      validationImages: UInt64(report.validationImages), loss: loss,
      architecture: report.description.architecture,
      inputSide: UInt32(report.description.inputSide), weightsBytes: file.bytes,
      weightsHash: file.hash)
  }
}
