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
      let (weights, result) = try await engines.withTrainer { trainer in
        try await train(dataSet, with: trainer)
      }
      return try ending(with: result, weights, dataSet)
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
    _ dataSet: FrozenDataSet, with trainer: EngineTrainerClient
  ) async throws -> (StagedObject, EngineTrainEvent.Result) {
    let parameters = try TrainingParameters(serialized: training.parameters)
    switch training.kind {
    case .classification:
      let request = try EngineTrainClassifierRequest(dataSet, parameters)
      return try await trainer.trainClassifier(request, options: CallOptions(), receive)
    case .detection:
      let request = try EngineTrainDetectorRequest(dataSet, parameters)
      return try await trainer.trainDetector(request, options: CallOptions(), receive)
    }
  }

  /// Stores events as they come, and the model's file, until the result.
  private func receive(
    _ events: MessageStream<EngineTrainEvent>
  ) async throws -> (StagedObject, EngineTrainEvent.Result) {
    var weights = try store.stage()
    var throttle = ProgressThrottle<TrainingPhase>()
    var result: EngineTrainEvent.Result?
    for try await event in events {
      guard result == nil else { throw TrainingResultError.notLast }
      switch event.event {
      case .progress(let progress):
        if throttle.keeps(progress.phase, at: .now) { try await keep(progress) }
      case .note(let note): try await keep(note)
      case .weightsChunk(let chunk):
        let bytes = weights.bytes + UInt64(chunk.count)
        guard bytes <= configuration.weightsBytesMax else {
          throw TrainingResultError.weightsTooLarge(
            bytes: bytes, limit: configuration.weightsBytesMax)
        }
        try chunk.withUnsafeBytes { try weights.write($0) }
      case .result(let last): result = last
      case nil: break  // Of a newer engine.
      }
    }
    guard let result else { throw TrainingResultError.missing }
    return (weights.finish(), result)
  }

  private func keep(_ progress: TrainingProgress) async throws {
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

  /// Checks the model's file against what the engine states of it.
  private func ending(
    with result: EngineTrainEvent.Result, _ staged: StagedObject, _ dataSet: FrozenDataSet
  ) throws -> Ending {
    guard staged.bytes == result.weightsBytes else {
      throw TrainingResultError.weightsBytes(received: staged.bytes, stated: result.weightsBytes)
    }
    guard staged.hash.hex == result.weightsHash else {
      throw TrainingResultError.weightsHash(
        received: staged.hash.hex, stated: result.weightsHash.cut(toBytes: 64))
    }
    let reached = try TrainingResult(result, kind: training.kind, of: dataSet)
    let facts = ModelFacts(
      architecture: result.architecture, inputSide: result.inputSide, quality: reached.quality,
      metrics: Array(try reached.metrics.serialized()))
    return .succeeded(staged, facts, report: Array(try reached.report.serialized()))
  }
}

extension String {
  /// The longest beginning of whole characters within a number of bytes.
  func cut(toBytes bytesMax: Int) -> String {
    guard utf8.count > bytesMax else { return self }
    var end = startIndex
    while end < endIndex {
      let next = index(after: end)
      guard utf8.distance(from: startIndex, to: next) <= bytesMax else { break }
      end = next
    }
    return String(self[..<end])
  }
}
