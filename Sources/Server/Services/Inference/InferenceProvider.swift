internal import API
internal import Codec
internal import Cryptography
internal import Logging
internal import RPCCore
internal import Store

/// Serves `diyml.v1.Inference`.
struct InferenceProvider: InferenceService {
  /// Images of one stream that are answered for at a time; the next is read when one is done.
  static let streamConcurrencyMax = 8

  private let base: ProviderBase
  private let answers: ModelAnswers
  private let worker: InferenceWorker
  private let logger: Logger

  init(
    _ base: ProviderBase, vision: EngineVisionClient, worker: InferenceWorker, logger: Logger
  ) {
    self.base = base
    self.answers = ModelAnswers(store: base.store, vision: vision)
    self.worker = worker
    self.logger = logger
  }

  func infer(
    _ request: InferRequest, context: ServerContext
  ) async throws -> InferResponse {
    let account = try await base.account(of: context, needing: .infer)
    return try await answers.answer(request, by: account)
  }

  func inferStream(
    _ requests: MessageStream<InferStreamRequest>, responses: MessageWriter<InferStreamResponse>,
    context: ServerContext
  ) async throws {
    try refuseKey(context)
    let account = try await base.account(of: context, needing: .infer)
    try await withThrowingTaskGroup(of: Void.self) { group in
      var running = 0
      for try await request in requests {
        if running == Self.streamConcurrencyMax {
          try await group.next()
          running -= 1
        }
        running += 1
        group.addTask {
          let outcome = await self.outcome(
            of: request.request ?? InferRequest(), by: account, context)
          try await responses.write(InferStreamResponse(id: request.id, outcome: outcome))
        }
      }
      try await group.waitForAll()
    }
  }

  private func outcome(
    of request: InferRequest, by account: AccountRecord, _ context: ServerContext
  ) async -> InferStreamResponse.Outcome {
    do {
      return .response(try await answers.answer(request, by: account))
    } catch let status as Status {
      return .failure(WireStatus(status))
    } catch {
      let known = error as? any StatusError
      if known?.isWorthLogging ?? true {
        logger.error(
          "an inference failed",
          metadata: ["request": "\(context.requestID)", "error": "\(error)"])
      }
      let status =
        known?.status
        ?? Status(.serverFailed, "the server failed; its log says more of \(context.requestID)")
      return .failure(WireStatus(status))
    }
  }

  func submitInference(
    _ request: SubmitInferenceRequest, context: ServerContext
  ) async throws -> InferenceJob {
    let account = try await base.account(of: context, needing: .infer)
    // 128 random bits, so that nobody guesses another's.
    let job = InferenceJob(id: lowerHex(secureRandomBytes(count: 16)), state: .pending)
    return try await base.answer(request, context, of: account) { (_: Void) in
      job
    } to: { answer in
      let request = request.request ?? InferRequest()
      let publication = try await answers.check(request, by: account)
      try await base.store.checkPendingInferences(of: account.id)
      let image = try base.store.stage(Array(request.image))
      try await base.store.submitInference(
        id: job.id, image: image, publication: publication, options: request,
        of: account.id, at: base.now(), keeping: answer)
      worker.wake()
    }
  }

  func getInference(
    _ request: GetInferenceRequest, context: ServerContext
  ) async throws -> InferenceJob {
    let account = try await base.account(of: context, needing: .infer)
    try checkInferenceID(request.id)
    let inference = try await base.store.inference(request.id, of: account.id, at: base.now())
    switch inference.state {
    case .pending: return InferenceJob(id: request.id, state: .pending)
    case .done(let bytes):
      return InferenceJob(
        id: request.id, state: .done, outcome: .response(try InferResponse(serialized: bytes)))
    case .failed(let bytes):
      return InferenceJob(
        id: request.id, state: .failed, outcome: .failure(try WireStatus(serialized: bytes)))
    }
  }
}
