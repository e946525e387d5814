package import API
package import Logging
internal import RPCCore
internal import Synchronization

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
  private let draining = Latch()
  private let lost = Atomic(0)

  package init(configuration: HostConfiguration, logger: Logger) throws(EngineHostError) {
    self.configuration = configuration
    self.logger = logger
    folder = try SocketFolder(in: configuration.temporaryFolder)
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
      await pause(wait)
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
  private func pause(_ duration: Duration) async {
    await withTaskGroup { group in
      group.addTask { do { try await Task.sleep(for: duration) } catch {} }
      group.addTask { [draining] in await draining.wait() }
      await group.next()
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
      throw Status(.unavailable, "\(error)")
    }
  }
}
