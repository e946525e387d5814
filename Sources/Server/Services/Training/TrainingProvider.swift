internal import API
internal import Codec
internal import RPCCore
internal import Store

/// Serves `diyml.v1.Training`: what its callers ask for goes into the store, and from there to the
/// scheduler and to those who watch.
struct TrainingProvider: TrainingService {
  let base: ProviderBase
  let scheduler: TrainingScheduler

  func train(
    _ request: TrainRequest, context: ServerContext
  ) async throws -> TrainingJob {
    let named = try await base.project(request.project, of: context, needing: .train)
    return try await base.answer(request, context, of: named.account) {
      (training: TrainingRecord) in
      try TrainingJob(training)
    } to: { answer in
      let project = try await base.store.project(named: named.name, of: named.account.id)
      try TrainingDataSet.checkSize(of: project.message, boxCount: project.boxCount)
      let parameters = try (request.parameters ?? TrainingParameters())
        .checked(for: project.message.type)
      let training = try await base.store.queueTraining(
        ofProject: named.name, of: named.account.id, parameters: Array(parameters.serialized()),
        at: base.now(), keeping: answer, freeze: TrainingDataSet.freeze)
      scheduler.wake()
      return training
    }
  }

  func getTraining(
    _ request: GetTrainingRequest, context: ServerContext
  ) async throws -> TrainingJob {
    let training = try await training(request.training, context)
    return try TrainingJob(training)
  }

  func getTrainingReport(
    _ request: GetTrainingReportRequest, context: ServerContext
  ) async throws -> TrainingReport {
    let training = try await training(request.training, context)
    guard let model = training.model else {
      throw Status(
        .noModel,
        "training \(training.address) is \(training.state); only one that has succeeded has a report",
        details: [.resource(kind: "training", name: "\(training.address)")])
    }
    let stored = try await base.store.trainingReport(of: training.id)
    var report = try TrainingReport(serialized: stored ?? [])
    let metrics = try ModelMetrics(serialized: model.metrics)
    report.confusion = report.confusion ?? TrainingReport.Confusion(metrics)
    report.training = training.address.description
    return report
  }

  private func training(
    _ address: String, _ context: ServerContext
  ) async throws -> TrainingRecord {
    let (project, number) = try await base.training(address, of: context, needing: .read)
    return try await base.store.training(
      number, ofProject: project.name, of: project.account.id)
  }

  func listTrainings(
    _ request: ListTrainingsRequest, context: ServerContext
  ) async throws -> ListTrainingsResponse {
    let project = try await base.project(request.project, of: context, needing: .read)
    let page = try pageRequest(size: request.pageSize, token: request.pageToken, Int32.init)
    let trainings = try await base.store.trainings(
      ofProject: project.name, of: project.account.id, page: page)
    let answer = try AnswerPage(trainings) { try TrainingJob($0) }
    return ListTrainingsResponse(trainings: answer.elements, nextPageToken: answer.nextPageToken)
  }

  func cancelTraining(
    _ request: CancelTrainingRequest, context: ServerContext
  ) async throws -> TrainingJob {
    let (project, number) = try await base.training(
      request.training, of: context, needing: .train)
    guard let number else {
      throw invalid("training", "\(quoted(request.training)) has no @number: say which to cancel")
    }
    return try await base.answer(request, context, of: project.account) {
      (training: TrainingRecord) in
      try TrainingJob(training)
    } to: { answer in
      let training = try await base.store.training(
        number, ofProject: project.name, of: project.account.id)
      let cancelled = try await base.store.endTraining(
        training.id, .canceled(reason: "canceled by its owner"), at: base.now(),
        keeping: answer.map { ($0, of: project.account.id) })
      scheduler.stopCancelled(training.id)
      return cancelled
    }
  }

  func watchTraining(
    _ request: WatchTrainingRequest, responses: MessageWriter<TrainingEvent>,
    context: ServerContext
  ) async throws {
    let training = try await training(request.training, context)
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
    of id: TrainingID, after event: Int32
  ) async throws -> (training: TrainingRecord, events: [TrainingEventRecord]) {
    let training = try await base.store.training(id)
    let events = try await base.store.trainingEvents(of: id, after: event)
    let changesState = events.contains { $0.content.isState }
    return (changesState ? try await base.store.training(id) : training, events)
  }

  /// - Throws: when it is the caller who has gone.
  private func interrupted(after event: Int32) throws -> Status {
    try Task.checkCancellation()
    return Status(.serverStopping, "the server is stopping; watch again after event \(event)")
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
