internal import API
internal import Codec
internal import EngineHost
internal import RPCCore
internal import Store

/// One training, from its start in an engine to its end.
struct TrainingRun: Sendable {
  enum Ending: Sendable {
    case succeeded(StagedObject, ModelFacts)
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
      let request = try request(for: dataSet)
      let (weights, facts) = try await engines.withTrainer { trainer in
        try await trainer.trainClassifier(request, options: CallOptions()) { events in
          try await receive(events, classNames: dataSet.classNames)
        }
      }
      return .succeeded(weights, facts)
    } catch let error as StoreError where error.isEndedAlready {
      return .stopped(.gone)
    } catch is CancellationError {
      return .stopped(.serverStopping)
    } catch let error as TrainingResultError {
      return .failed(reason: "the training engine is faulty: \(error)")
    } catch let status as Status {
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

  private func request(for dataSet: FrozenDataSet) throws -> EngineTrainClassifierRequest {
    let parameters = try TrainingParameters(serialized: training.parameters)
    let examples = dataSet.examples.map { example in
      EngineTrainClassifierRequest.Example(
        object: example.object.hex, classIndex: example.classIndex, group: example.group,
        width: example.width, height: example.height)
    }
    return EngineTrainClassifierRequest(
      examples: examples, classCount: UInt32(dataSet.classNames.count),
      epochs: parameters.epochs, seed: parameters.seed,
      timeBudgetSeconds: parameters.timeBudgetSeconds,
      validationFraction: parameters.validationFraction, inputSide: parameters.inputSide,
      headOnly: parameters.headOnly, noFlip: parameters.noFlip)
  }

  /// Stores events as they come, and the model's file, until the result.
  private func receive(
    _ events: MessageStream<EngineTrainClassifierEvent>, classNames: [String]
  ) async throws -> (StagedObject, ModelFacts) {
    var weights = try store.stage()
    var throttle = ProgressThrottle<EnginePhase>()
    var result: EngineTrainClassifierEvent.Result?
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
    let staged = weights.finish()
    return (staged, try facts(of: result, staged, classNames: classNames))
  }

  private func keep(_ progress: EngineTrainClassifierEvent.Progress) async throws {
    let message = try TrainingProgress(progress).serialized()
    _ = try await store.appendTrainingProgress(Array(message), to: training.id, at: now())
    announce()
  }

  private func keep(_ note: String) async throws {
    let note = note.cut(toBytes: configuration.noteBytesMax)
    _ = try await store.appendTrainingNote(note, to: training.id, at: now())
    announce()
  }

  /// Checks the model's file against what the engine states of it.
  private func facts(
    of result: EngineTrainClassifierEvent.Result, _ staged: StagedObject, classNames: [String]
  ) throws -> ModelFacts {
    guard staged.bytes == result.weightsBytes else {
      throw TrainingResultError.weightsBytes(received: staged.bytes, stated: result.weightsBytes)
    }
    guard staged.hash.hex == result.weightsHash else {
      throw TrainingResultError.weightsHash(
        received: staged.hash.hex, stated: result.weightsHash.cut(toBytes: 64))
    }
    let metrics = try ModelMetrics(result, classNames: classNames)
    return ModelFacts(
      architecture: result.architecture, inputSide: result.inputSide, accuracy: result.accuracy,
      metrics: Array(try metrics.serialized()))
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
