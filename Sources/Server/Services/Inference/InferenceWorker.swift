internal import Codec
internal import RPCCore
internal import Synchronization
internal import API
internal import Logging
internal import Store

/// Answers submitted inferences, the oldest first, a few at a time.
///
/// What waits is in the store: after a restart the worker goes on where it was. An image that makes
/// the engine die is tried a few times, then answered with that failure; what the store does not give
/// or take is looked at again later.
package final class InferenceWorker: Sendable {
  package struct Configuration: Sendable {
    /// Inferences that run at once.
    package var concurrencyMax = 2
    /// How often one is tried while the engine is unavailable.
    package var attemptsMax = 5
    /// Before the second attempt; doubles with each.
    package var retryPause = Duration.milliseconds(250)
    /// How long an answer is kept.
    package var answerLifetime = Duration.seconds(86_400)
    /// After how long what was left is looked at again.
    package var secondLookPause = Duration.seconds(60)

    package init() {}
  }

  private enum Topic { case submissions }

  private let changes = ChangeNotifier<Topic>()
  private let isDraining = Atomic(false)
  private let hasLeft = Atomic(false)
  /// Positions of what is being answered.
  private let underWay = Mutex<Set<Int64>>([])
  private let store: DataStore
  private let answers: ModelAnswers
  private let configuration: Configuration
  private let clock: ServiceClock
  private let logger: Logger

  init(
    store: DataStore, vision: EngineVisionClient, configuration: Configuration,
    clock: ServiceClock, logger: Logger
  ) {
    self.store = store
    self.answers = ModelAnswers(store: store, vision: vision)
    self.configuration = configuration
    self.clock = clock
    self.logger = logger
  }

  /// Answers until `drain()`, and returns when what was under way is answered.
  ///
  /// Cancelling is the hard stop.
  package func run() async {
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await self.answerSubmissions() }
      group.addTask { await self.lookAgain() }
      await group.next()
      group.cancelAll()
    }
  }

  /// Takes up nothing new; what is under way is finished.
  package func drain() {
    isDraining.store(true, ordering: .relaxed)
    changes.finish()
  }

  /// Looks for submissions again.
  func wake() { changes.announce(.submissions) }
}

extension InferenceWorker {
  private func answerSubmissions() async {
    await changes.listening(to: .submissions) { changes in
      var changes = changes.makeAsyncIterator()
      var last: Int64?
      await withTaskGroup(of: Void.self) { group in
        var running = 0
        repeat {
          if hasLeft.exchange(false, ordering: .relaxed) { last = nil }
          while let inference = await next(after: last) {
            last = inference.position
            guard underWay.withLock({ $0.insert(inference.position).inserted }) else { continue }
            if running == configuration.concurrencyMax {
              await group.next()
              running -= 1
            }
            running += 1
            group.addTask {
              await self.answer(inference)
              _ = self.underWay.withLock { $0.remove(inference.position) }
            }
          }
        } while await changes.next() != nil
      }
    }
  }

  /// The inference that was submitted first after a position; nothing when none waits, the store
  /// fails or the worker is to stop.
  private func next(after position: Int64?) async -> InferenceRecord? {
    guard !isDraining.load(ordering: .relaxed), !Task.isCancelled else { return nil }
    do {
      let page = PageRequest(after: position, rowsMax: 1)
      return try await store.pendingInferences(page: page).rows.first
    } catch {
      logger.error("cannot read submitted inferences", metadata: ["error": "\(error)"])
      hasLeft.store(true, ordering: .relaxed)
      return nil
    }
  }

  private func answer(_ inference: InferenceRecord) async {
    guard case .pending(let image) = inference.state else { return }
    var pause = configuration.retryPause
    for attempt in 1...configuration.attemptsMax {
      do {
        let outcome = try await outcome(
          of: inference, image, isLastAttempt: attempt == configuration.attemptsMax)
        try await store.finishInference(
          inference.id, outcome, keepingUntil: clock.now() + configuration.answerLifetime)
        return
      } catch StoreError.notFound {
        return  // It went with its account.
      } catch is CancellationError {
        return  // The next start answers it.
      } catch {
        logger.warning(
          "cannot answer a submitted inference",
          metadata: ["inference": "\(inference.position)", "error": "\(error)"])
        guard !isDraining.load(ordering: .relaxed), await clock.slept(pause) else { return }
        pause *= 2
      }
    }
    hasLeft.store(true, ordering: .relaxed)
  }

  /// Goes back to the beginning now and then, if something was left there.
  private func lookAgain() async {
    while await clock.slept(configuration.secondLookPause) {
      if hasLeft.load(ordering: .relaxed) { wake() }
    }
  }

  /// - Throws: what another attempt may mend.
  private func outcome(
    of inference: InferenceRecord, _ image: ObjectHash, isLastAttempt: Bool
  ) async throws -> InferenceOutcome {
    do {
      // As it was resolved when it was submitted: with owner and number.
      let publication = try await store.publication(addressed: inference.request.model, by: nil)
      guard publication.training.id == inference.training else {
        throw Status(
          .modelNotFound, "the model '\(inference.request.model)' is not published any more")
      }
      let response = try await answers.answer(
        publication, .object(image.hex), inference.request)
      return .done(Array(try response.serialized()))
    } catch let status as Status {
      if status.code == .unavailable, !isLastAttempt { throw status }
      return .failed(Array(try WireStatus(status).serialized()))
    }
  }
}
