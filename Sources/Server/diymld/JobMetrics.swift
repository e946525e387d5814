internal import API
internal import Codec
internal import CoreMetrics
internal import EngineHost
internal import Logging
internal import Store
internal import Synchronization

/// What waits, runs and has ended, and how the engines do: sets the figures when it is asked to.
final class JobMetrics: Sendable {
  private let store: DataStore
  private let engines: Engines
  private let logger: Logger
  private let trainings: [TrainingState: Meter]
  private let inferences, ready, damaged: Meter
  private let lost: Counter
  /// Of the engines lost, those that were counted already.
  private let counted = Mutex(0)

  init(store: DataStore, engines: Engines, factory: any MetricsFactory, logger: Logger) {
    self.store = store
    self.engines = engines
    self.logger = logger
    func meter(_ label: String, _ dimensions: [(String, String)] = []) -> Meter {
      Meter(label: label, dimensions: dimensions, factory: factory)
    }
    trainings = Dictionary(
      uniqueKeysWithValues: TrainingState.named.map {
        ($0, meter("diyml_trainings", [("state", "\($0)")]))
      })
    inferences = meter("diyml_inferences_waiting")
    ready = meter("diyml_inference_engines")
    damaged = meter("diyml_damaged_objects")
    lost = Counter(label: "diyml_inference_engines_lost_total", dimensions: [], factory: factory)
  }

  /// Sets the figures to what is so now; those of a store that cannot be read stay as they were.
  func look() async {
    ready.set(engines.inferenceProcesses.count)
    counted.withLock { counted in
      let all = engines.lostInferenceEngines
      lost.increment(by: all - counted)
      counted = all
    }
    do {
      for (state, count) in try await store.trainingCounts() { trainings[state]?.set(count) }
      inferences.set(try await store.pendingInferenceCount())
      damaged.set(try await store.damagedObjectCount())
    } catch {
      logger.warning("cannot count jobs for the metrics", metadata: ["error": "\(error)"])
    }
  }
}
