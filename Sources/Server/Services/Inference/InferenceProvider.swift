package import API
package import Logging
package import RPCCore
package import Store
internal import Codec

/// Serves `diyml.v1.Inference`.
package struct InferenceProvider: InferenceService {
  /// Images of one stream that are answered for at a time; the next is read when one is done.
  static let streamConcurrencyMax = 8

  private let authenticator: Authenticator
  private let store: DataStore
  private let answers: ModelAnswers
  private let worker: InferenceWorker
  private let keyed: IdempotentCalls
  private let now: @Sendable () -> Timestamp
  private let logger: Logger

  package init(
    authenticator: Authenticator, store: DataStore, vision: EngineVisionClient,
    worker: InferenceWorker, now: @escaping @Sendable () -> Timestamp, logger: Logger
  ) {
    self.authenticator = authenticator
    self.store = store
    self.answers = ModelAnswers(store: store, vision: vision)
    self.worker = worker
    keyed = IdempotentCalls(store: store, limits: ServiceLimits(), now: now)
    self.now = now
    self.logger = logger
  }

  package func infer(
    _ request: InferRequest, context: ServerContext
  ) async throws -> InferResponse {
    _ = try await authenticator.account(of: context, needing: .infer)
    return try await answers.answer(request)
  }

  package func inferStream(
    _ requests: MessageStream<InferStreamRequest>, responses: MessageWriter<InferStreamResponse>,
    context: ServerContext
  ) async throws {
    try refuseKey(context)
    _ = try await authenticator.account(of: context, needing: .infer)
    try await withThrowingTaskGroup(of: Void.self) { group in
      var running = 0
      for try await request in requests {
        if running == Self.streamConcurrencyMax {
          try await group.next()
          running -= 1
        }
        running += 1
        group.addTask {
          let outcome = await self.outcome(of: request.request ?? InferRequest(), context)
          try await responses.write(InferStreamResponse(id: request.id, outcome: outcome))
        }
      }
      try await group.waitForAll()
    }
  }

  private func outcome(
    of request: InferRequest, _ context: ServerContext
  ) async -> InferStreamResponse.Outcome {
    do {
      return .response(try await answers.answer(request))
    } catch let status as Status {
      return .failure(InferStreamResponse.Failure(status))
    } catch {
      let known = error as? any StatusError
      if known?.isWorthLogging ?? true {
        logger.error(
          "an inference failed",
          metadata: ["request": "\(context.requestID)", "error": "\(error)"])
      }
      let status =
        known?.status
        ?? Status(.internal, "the server failed; its log says more of \(context.requestID)")
      return .failure(InferStreamResponse.Failure(status))
    }
  }

  package func submitInference(
    _ request: SubmitInferenceRequest, context: ServerContext
  ) async throws -> SubmitInferenceResponse {
    let caller = try await authenticator.user(of: context, needing: .infer).account
    return try await keyed.answer(request, context, of: caller.name) { keeper in
      let request = request.request ?? InferRequest()
      let (publication, options) = try await answers.check(request)
      let answer = SubmitInferenceResponse(id: InferenceID.random().text)
      try await translatingStoreErrors {
        try await store.checkPendingInferences(of: caller.id)
        let image = try store.stage(Array(request.image))
        try await store.submitInference(
          id: answer.id, image: image, publication: publication, options: options, of: caller.id,
          at: now(), keeping: keeper?.keeping { answer })
      }
      worker.wake()
      return answer
    }
  }

  package func fetchInference(
    _ request: FetchInferenceRequest, context: ServerContext
  ) async throws -> FetchInferenceResponse {
    let account = try await authenticator.account(of: context, needing: .infer)
    let id = try InferenceID(request.id)
    let inference = try await translatingStoreErrors {
      try await store.inference(id.text, of: account, at: now())
    }
    switch inference.state {
    case .pending: return FetchInferenceResponse(state: .pending)
    case .done(let bytes):
      return FetchInferenceResponse(state: .done, response: try InferResponse(serialized: bytes))
    case .failed(let bytes):
      return FetchInferenceResponse(
        state: .failed, failure: try InferStreamResponse.Failure(serialized: bytes))
    }
  }
}
