package import API
package import RPCCore
package import Store
internal import Codec

/// Serves `diyml.v1.Training`: what its callers ask for goes into the store, and from there to the
/// scheduler and to those who watch.
package struct TrainingProvider: TrainingService {
  private let authenticator: Authenticator
  private let store: DataStore
  private let scheduler: TrainingScheduler
  private let keyed: IdempotentCalls
  private let now: @Sendable () -> Timestamp

  package init(
    authenticator: Authenticator, store: DataStore, scheduler: TrainingScheduler,
    now: @escaping @Sendable () -> Timestamp
  ) {
    self.authenticator = authenticator
    self.store = store
    self.scheduler = scheduler
    keyed = IdempotentCalls(store: store, limits: ServiceLimits(), now: now)
    self.now = now
  }

  package func train(
    _ request: TrainRequest, context: ServerContext
  ) async throws -> TrainResponse {
    let caller = try await authenticator.user(of: context, needing: .train).account
    try checkName(request.project, "project")
    return try await keyed.answer(request, context, of: caller.name) { keeper in
      let answer: @Sendable (TrainingRecord) throws -> TrainResponse = {
        TrainResponse(job: try TrainingJob($0))
      }
      let training = try await translatingStoreErrors {
        let project = try await store.project(named: request.project, of: caller.id)
        try TrainingDataSet.checkSize(of: project)
        let parameters = try (request.parameters ?? TrainingParameters())
          .checked(for: project.kind)
        return try await store.queueTraining(
          ofProject: request.project, of: caller.id, parameters: Array(parameters.serialized()),
          at: now(), keeping: keeper?.keeping(answer), freeze: TrainingDataSet.freeze)
      }
      scheduler.wake()
      return try answer(training)
    }
  }

  package func getTraining(
    _ request: GetTrainingRequest, context: ServerContext
  ) async throws -> GetTrainingResponse {
    let account = try await authenticator.account(of: context, needing: .read)
    let training = try await training(request.number, ofProject: request.project, of: account)
    return GetTrainingResponse(job: try TrainingJob(training))
  }

  package func getTrainingReport(
    _ request: GetTrainingReportRequest, context: ServerContext
  ) async throws -> GetTrainingReportResponse {
    let account = try await authenticator.account(of: context, needing: .read)
    let training = try await training(request.number, ofProject: request.project, of: account)
    guard let model = training.model else {
      throw Status(
        .failedPrecondition,
        "training \(training.number) of '\(request.project)' is \(training.state); only one that"
          + " has succeeded has a report",
        details: [.resource(kind: "training", name: "\(training.number)")])
    }
    let stored = try await translatingStoreErrors {
      try await store.trainingReport(of: training.id)
    }
    var report = try TrainingReport(serialized: stored ?? [])
    let metrics = try ModelMetrics(serialized: model.facts.metrics)
    report.confusion = report.confusion ?? TrainingReport.Confusion(metrics)
    return GetTrainingReportResponse(number: training.number, report: report)
  }

  package func listTrainings(
    _ request: ListTrainingsRequest, context: ServerContext
  ) async throws -> ListTrainingsResponse {
    let account = try await authenticator.account(of: context, needing: .read)
    try checkName(request.project, "project")
    let page = try pageRequest(size: request.pageSize, token: request.pageToken, UInt32.init)
    let trainings = try await translatingStoreErrors {
      try await store.trainings(ofProject: request.project, of: account, page: page)
    }
    let answer = try AnswerPage(trainings, cursor: \.number) { try TrainingJob($0) }
    return ListTrainingsResponse(jobs: answer.elements, nextPageToken: answer.nextPageToken)
  }

  package func cancelTraining(
    _ request: CancelTrainingRequest, context: ServerContext
  ) async throws -> CancelTrainingResponse {
    let caller = try await authenticator.user(of: context, needing: .train).account
    return try await keyed.answer(request, context, of: caller.name) { keeper in
      let answer: @Sendable (TrainingRecord) throws -> CancelTrainingResponse = {
        CancelTrainingResponse(job: try TrainingJob($0))
      }
      let training = try await training(request.number, ofProject: request.project, of: caller.id)
      let cancelled = try await translatingStoreErrors {
        try await store.endTraining(
          training.id, .cancelled(reason: "cancelled by its owner"), at: now(),
          keeping: keeper.map { ($0.keeping(answer), of: caller.id) })
      }
      scheduler.stopCancelled(training.id)
      return try answer(cancelled)
    }
  }

  package func watchTraining(
    _ request: WatchTrainingRequest, responses: MessageWriter<TrainingEvent>,
    context: ServerContext
  ) async throws {
    let account = try await authenticator.account(of: context, needing: .read)
    let training = try await training(request.number, ofProject: request.project, of: account)
    try await scheduler.changes.listening(to: .training(training.id)) { changes in
      var changes = changes.makeAsyncIterator()
      var last = request.afterEvent
      while true {
        let news = try await news(of: training.id, after: last)
        for event in news.events {
          try await responses.write(try TrainingEvent(event, of: news.training))
          last = event.sequence
        }
        guard news.events.isEmpty else { continue }
        if news.training.state.isFinal { return }
        guard await changes.next() != nil else { throw try interrupted(after: last) }
      }
    }
  }

  /// The next events of a training, and the training at least as it was after the last of them.
  ///
  /// When there are no events and the training has ended, then there will be none.
  private func news(
    of id: TrainingID, after event: UInt64
  ) async throws -> (training: TrainingRecord, events: [TrainingEventRecord]) {
    try await translatingStoreErrors {
      let training = try await store.training(id)
      let events = try await store.trainingEvents(of: id, after: event)
      let changesState = events.contains { $0.content.isState }
      return (changesState ? try await store.training(id) : training, events)
    }
  }

  /// - Throws: when it is the caller who has gone.
  private func interrupted(after event: UInt64) throws -> Status {
    try Task.checkCancellation()
    return Status(.unavailable, "the server is stopping; watch again after event \(event)")
  }

  /// Number 0 means the newest.
  private func training(
    _ number: UInt32, ofProject project: String, of account: AccountID
  ) async throws -> TrainingRecord {
    try checkName(project, "project")
    return try await translatingStoreErrors {
      try await store.training(number, ofProject: project, of: account)
    }
  }
}

extension TrainingEventRecord.Content {
  fileprivate var isState: Bool {
    switch self {
    case .state: true
    case .progress, .note: false
    }
  }
}
