package import API
package import Logging
internal import RPCCore
internal import Synchronization
internal import Waiting

/// The engine processes of one server: one that serves inference for as long as the server runs,
/// and one for each training.
package final class Engines: Sendable {
  /// Calls whichever inference engine lives.
  ///
  /// A call while none is ready waits a few seconds; one in flight when its engine dies ends
  /// `UNAVAILABLE`, safe to try again.
  package let vision: EngineVisionClient

  private let configuration: HostConfiguration
  private let logger: Logger
  private let folder: SocketFolder
  private let slot: InferenceSlot
  private let draining = OneShotSignal()
  private let lost = Atomic(0)

  package init(configuration: HostConfiguration, logger: Logger) throws(EngineHostError) {
    self.configuration = configuration
    self.logger = logger
    folder = try SocketFolder(in: configuration.temporaryFolder, logger: logger)
    slot = InferenceSlot(patience: configuration.callPatience)
    vision = EngineVisionClient(slot)
  }

  /// Whether paths of sockets in this folder stay within what the system takes.
  package static func canHoldSockets(_ folder: String) -> Bool {
    SocketFolder.canHoldSockets(folder)
  }

  /// The processes that are ready to infer; the first one serves, the others stand by.
  package var inferenceProcesses: [Int32] { slot.processes }

  /// How many inference engines have ended, or not come to life, without being asked to end.
  package var lostInferenceEngines: Int { lost.load(ordering: .relaxed) }

  /// Keeps inference engines alive until `drain()`; returns when they have ended.
  ///
  /// Cancelling is the hard stop. To be called once.
  package func run() async {
    await withDiscardingTaskGroup { group in
      group.addTask { await self.keepServing(isStandby: false) }
      for _ in 0..<configuration.standbyEngines {
        group.addTask { await self.keepServing(isStandby: true) }
      }
    }
    slot.end()
  }

  /// Ends the inference engines and starts none any more.
  ///
  /// Call it when nobody infers any longer.
  package func drain() {
    draining.open()
    slot.end()
  }

  /// One inference engine after the other; one that stands by starts only while another serves, so
  /// that the first is ready sooner.
  private func keepServing(isStandby: Bool) async {
    var delay = RestartDelay()
    while !draining.isOpen, !Task.isCancelled {
      let start = ContinuousClock.now
      do {
        if isStandby { try await slot.untilServing() }
        try await serve()
      } catch {
        guard !draining.isOpen, !Task.isCancelled else { return }
        logger.error("an inference engine failed", metadata: ["error": "\(error)"])
      }
      guard !draining.isOpen, !Task.isCancelled else { return }
      lost.add(1, ordering: .relaxed)
      let wait = delay.next(afterLife: ContinuousClock.now - start)
      logger.warning("an inference engine ended", metadata: ["restart_in": "\(wait)"])
      do { try await pause(wait) } catch { return }  // The hard stop.
    }
  }

  /// One life of an inference engine.
  private func serve() async throws {
    let process = EngineProcess(
      role: .inference, configuration: configuration, folder: try folder.makeEngineFolder(),
      unwanted: draining, logger: logger)
    try await process.run { [slot, draining] connection in
      slot.open(.init(caller: connection.caller, process: connection.process))
      // Until the engine ends, or the server's wish for one.
      await withTaskGroup { group in
        group.addTask { await connection.end.wait() }
        group.addTask { await draining.wait() }
        await group.next()
        group.cancelAll()
      }
      slot.close(process: connection.process)
    }
  }

  /// Waits, but not past `drain()`.
  ///
  /// - Throws: `CancellationError`.
  private func pause(_ duration: Duration) async throws {
    try await withThrowingTaskGroup { group in
      group.addTask { try await Task.sleep(for: duration) }
      group.addTask { [draining] in await draining.wait() }
      try await group.next()
      group.cancelAll()
    }
  }
}

extension Engines: TrainingEngines {
  package func withTrainer<Result: Sendable>(
    _ body: (EngineTrainerClient) async throws -> Result
  ) async throws -> Result {
    do {
      let process = EngineProcess(
        role: .training, configuration: configuration, folder: try folder.makeEngineFolder(),
        logger: logger)
      return try await process.run { try await body(EngineTrainerClient($0.caller)) }
    } catch let error as EngineHostError {
      throw Status(.temporarilyUnavailable, "\(error)")
    }
  }
}

/// Where trainings run.
package protocol TrainingEngines: Sendable {
  /// Starts an engine of its own for one training and gives `body` the way to call it. The engine
  /// has ended when this returns or throws; cancelling kills it.
  ///
  /// - Throws: what `body` throws; `UNAVAILABLE` with the reason when the engine cannot start or
  ///   dies.
  func withTrainer<Result: Sendable>(
    _ body: (EngineTrainerClient) async throws -> Result
  ) async throws -> Result
}

/// How long to wait before an engine that ended is started again.
///
/// The first time not at all, so that serving goes on at once; an engine that keeps dying waits
/// longer each time, so that it cannot keep the machine busy with starting.
struct RestartDelay {
  private var deaths = 0

  static let longest = Duration.seconds(10)
  /// An engine that lived so long starts with a clean record.
  static let goodLife = Duration.seconds(30)

  /// The wait after an engine that lived for `life`.
  mutating func next(afterLife life: Duration) -> Duration {
    if life >= Self.goodLife { deaths = 0 }
    defer { deaths += 1 }
    guard deaths > 0 else { return .zero }
    let doublings = min(deaths - 1, 10)
    return min(Self.longest, .milliseconds(250 << doublings))
  }
}
