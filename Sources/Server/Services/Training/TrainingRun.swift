internal import API
internal import Codec
internal import EngineHost
internal import RPCCore
internal import Store

/// One training, from its start in an engine to its end.
struct TrainingRun: Sendable {
  enum Ending: Sendable {
    case succeeded(StagedObject, ModelFacts, report: [UInt8])
    case failed(reason: String)
    case stopped(TrainingStop)
  }

  let training: TrainingRecord
  let store: DataStore
  let engines: any TrainingEngines
  let configuration: TrainingScheduler.Configuration
  let now: @Sendable () -> Timestamp
  /// Called after each event that was stored.
  let announce: @Sendable () -> Void

  /// Trains until the engine is done, or until a stop comes; the engine has ended by then.
  func ending(unless stops: AsyncStream<TrainingStop>) async -> Ending {
    await withTaskGroup(of: Ending?.self) { group in
      group.addTask { await train() }
      group.addTask {
        for await stop in stops { return .stopped(stop) }
        return nil  // The training has ended by itself.
      }
      var first: Ending?
      for await ending in group {
        first = first ?? ending
        group.cancelAll()
      }
      return first ?? .stopped(.serverStopping)
    }
  }

  private func train() async -> Ending {
    do {
      // Who cancelled between the start and now found no one listening for stops.
      guard try await store.training(training.id).state == .running else { return .stopped(.gone) }
      let dataSet = try await store.frozenDataSet(of: training.id)
      let slot = try store.stageSlot()
      let result = try await engines.withTrainer { trainer in
        try await train(dataSet, into: slot.stagedName, with: trainer)
      }
      // The engine has ended: nobody writes to the file any more.
      return try ending(with: result, try await model(in: slot), dataSet)
    } catch let error as StoreError where error.isEndedAlready {
      return .stopped(.gone)
    } catch is CancellationError {
      return .stopped(.serverStopping)
    } catch let error as TrainingResultError {
      return .failed(reason: "the training engine is faulty: \(error)")
    } catch let status as Status {
      await store.examineDamage(in: status)
      return .failed(reason: Self.reason(of: status))
    } catch let error as StoreError {
      return .failed(reason: "the training cannot be stored: \(error)")
    } catch {
      return .failed(reason: "the training engine failed: \(error)")
    }
  }

  /// What went wrong, for the one who waits for the model.
  private static func reason(of status: Status) -> String {
    let message = status.message.isEmpty ? "\(status.code)" : status.message
    return status.code == .unavailable ? "the training ended with its engine: \(message)" : message
  }

  private func train(
    _ dataSet: FrozenDataSet, into modelFile: String, with trainer: EngineTrainerClient
  ) async throws -> EngineTrainEvent.Result {
    let parameters = try TrainingParameters(serialized: training.parameters)
    switch training.type {
    case .classification:
      let request = try EngineTrainClassifierRequest(dataSet, parameters, modelFile: modelFile)
      return try await trainer.trainClassifier(request, options: CallOptions(), receive)
    case .detection:
      let request = try EngineTrainDetectorRequest(dataSet, parameters, modelFile: modelFile)
      return try await trainer.trainDetector(request, options: CallOptions(), receive)
    case .unspecified, .unrecognized: throw TrainingResultError.dataSet
    }
  }

  /// Stores events as they come, until the result.
  private func receive(
    _ events: MessageStream<EngineTrainEvent>
  ) async throws -> EngineTrainEvent.Result {
    var throttle = ProgressThrottle<TrainingPhase>()
    var result: EngineTrainEvent.Result?
    for try await event in events {
      guard result == nil else { throw TrainingResultError.notLast }
      switch event.event {
      case .progress(let progress):
        if throttle.keeps(progress.phase, at: .now) { try await keep(progress) }
      case .note(let note): try await keep(note)
      case .result(let last): result = last
      case nil: break  // Of a newer engine.
      }
    }
    guard let result else { throw TrainingResultError.missing }
    return result
  }

  private func keep(_ progress: TrainingProgress) async throws {
    try checkCounts([
      progress.epoch, progress.epochs, progress.imagesDone, progress.imagesTotal,
    ])
    let message = try progress.serialized()
    try await ifThereIsRoom {
      try await store.appendTrainingProgress(Array(message), to: training.id, at: now())
    }
  }

  private func keep(_ note: String) async throws {
    let note = note.cut(toBytes: configuration.noteBytesMax)
    try await ifThereIsRoom {
      try await store.appendTrainingNote(note, to: training.id, at: now())
    }
  }

  /// On a full disk a training goes on and tells nothing of itself: there may be room at its end.
  private func ifThereIsRoom(_ append: () async throws -> TrainingEventRecord) async throws {
    do {
      _ = try await append()
      announce()
    } catch let StoreError.fault(fault, _) where fault.isLackOfRoom {
      // Told in the log when the disk became full.
    }
  }

  private func model(in slot: StagingSlot) async throws -> StagedObject {
    do {
      return try await slot.finish(bytesMax: configuration.weightsBytesMax)
    } catch StoreError.limit(_, let bytes, let limit) {
      throw TrainingResultError.modelTooLarge(bytes: bytes, limit: limit)
    }
  }

  /// Checks the model's file, and what the engine says of the model.
  private func ending(
    with result: EngineTrainEvent.Result, _ model: StagedObject, _ dataSet: FrozenDataSet
  ) throws -> Ending {
    guard model.hash.hex == result.modelHash else {
      throw TrainingResultError.modelHash(
        found: model.hash.hex, stated: result.modelHash.cut(toBytes: 64))
    }
    let reached = try TrainingResult(result, type: training.type, of: dataSet)
    let report = Array(try reached.report.serialized())
    for bytes in [report.count, try reached.metrics.serialized().count]
    where bytes > TrainingResult.messageBytesMax {
      throw TrainingResultError.messageTooLarge(
        bytes: bytes, limit: TrainingResult.messageBytesMax)
    }
    let facts = ModelFacts(
      architecture: result.architecture, inputSide: result.inputSide, metrics: reached.metrics)
    return .succeeded(model, facts, report: report)
  }
}
