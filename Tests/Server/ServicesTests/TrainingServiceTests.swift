import API
import RPCCore
import Store
import Testing

@testable import Services

struct TrainingServiceTests {
  @Test func `a training goes from queued to succeeded and leaves a model`() async throws {
    let world = try JobsWorld { request, events in
      guard case .classifier(let request) = request else {
        Issue.record("\(request)")
        return
      }
      #expect(request.classNames == ["cat", "dog"] && request.examples.count == 20)
      #expect(request.examples.map(\.object) == request.examples.map(\.object).sorted())
      #expect(request.parameters?.seed == 9 && request.parameters?.timeBudgetSeconds == 480)
      #expect(request.parameters?.validationFraction == 0.15)
      try await events.note("input side 224")
      try await events.progress(.features, done: 20)
      try await events.finish(classes: 2)
    }
    let ada = try await world.user("ada")
    try await world.project("pets", of: ada)
    try await world.serve { clients in
      let queued = try await clients.training.train(
        TrainRequest(project: "pets", parameters: TrainingParameters(seed: 9)),
        options: ada.options
      )
      #expect(queued.state == .queued && queued.number == 1)
      #expect(queued.imageCount == 20 && queued.dataSetHash.count == 64)
      let events = try await watch("pets", of: ada, clients)
      #expect(events.map(\.sequence) == Array(1...5))
      #expect(events.map(summary) == ["queued", "running", "input side 224", "20", "succeeded"])
      let job = try await clients.training.getTraining(
        GetTrainingRequest(training: "pets@1"), options: ada.options
      )
      #expect(events.last?.event == .job(job))
      #expect(job.metrics?.accuracy == 0.75 && job.metrics?.macroF1 == 1)
      #expect(job.metrics?.classes.map(\.className) == ["cat", "dog"])
      #expect(job.parameters?.seed == 9)
    }
    let model = try await world.store.training(1, ofProject: "pets", of: ada.id).model
    #expect(model?.architecture == "fake-net" && model?.inputSide == 224)
    #expect(try world.stagedFiles().isEmpty)
    let weights = try await world.store.openObject(try #require(model?.weights))
    #expect(try weights.read(at: 0, count: 100) == Array("the weights".utf8))
  }

  @Test func `a watch goes on after the last event seen, and ends at once after the end`()
    async throws
  {
    let world = try JobsWorld { _, events in
      try await events.note("a")
      try await events.note("b")
      try await events.finish(classes: 2)
    }
    let ada = try await world.user("ada")
    try await world.project("pets", of: ada)
    try await world.serve { clients in
      _ = try await clients.training.train(TrainRequest(project: "pets"), options: ada.options)
      #expect(try await watch("pets", of: ada, clients).count == 5)
      for last in Int32(0)...6 {
        let rest = try await watch("pets", of: ada, clients, after: last)
        #expect(rest.map(\.sequence) == Array([1, 2, 3, 4, 5].filter { $0 > last }))
      }
      #expect(try await watch("pets", of: ada, clients, after: .max).isEmpty)
    }
  }

  @Test func `watchers follow live, without gap or duplicate, at whatever point they come`()
    async throws
  {
    let (halfway, watched) = (Gate(), Gate())
    let world = try JobsWorld { _, events in
      for number in 0..<50 { try await events.note("\(number)") }
      halfway.open()
      try await watched.pass()
      for number in 50..<100 { try await events.note("\(number)") }
      try await events.finish(classes: 2)
    }
    let ada = try await world.user("ada")
    try await world.project("pets", of: ada)
    try await world.serve { clients in
      _ = try await clients.training.train(TrainRequest(project: "pets"), options: ada.options)
      try await withThrowingTaskGroup(of: [Int32].self) { group in
        for _ in 0..<4 {
          group.addTask { try await watch("pets", of: ada, clients).map(\.sequence) }
        }
        try await halfway.pass()
        for _ in 0..<4 {
          group.addTask {
            var seen: [Int32] = []
            try await clients.training.watchTraining(
              WatchTrainingRequest(training: "pets@1"), options: ada.options
            ) { events in
              for try await event in events {
                seen.append(event.sequence)
                if seen.count == 40 { watched.open() }
              }
            }
            return seen
          }
        }
        for try await seen in group { #expect(seen == Array(1...103)) }
      }
    }
  }

  @Test func `one training of a project at a time`() async throws {
    let gate = Gate()
    let world = try JobsWorld { _, events in
      try await gate.pass()
      try await events.finish(classes: 2)
    }
    let ada = try await world.user("ada")
    try await world.project("pets", of: ada)
    try await world.serve { clients in
      _ = try await clients.training.train(TrainRequest(project: "pets"), options: ada.options)
      let second = try await status {
        try await clients.training.train(TrainRequest(project: "pets"), options: ada.options)
      }
      #expect(second?.code == .failedPrecondition)
      gate.open()
      _ = try await watch("pets", of: ada, clients)
      let third = try await clients.training.train(
        TrainRequest(project: "pets"), options: ada.options)
      #expect(third.number == 2)
      _ = try await watch("pets", of: ada, clients)
      let list = try await clients.training.listTrainings(
        ListTrainingsRequest(project: "pets", pageSize: 1), options: ada.options)
      #expect(list.trainings.map(\.number) == [2])
      let rest = try await clients.training.listTrainings(
        ListTrainingsRequest(project: "pets", pageSize: 1, pageToken: list.nextPageToken),
        options: ada.options)
      #expect(rest.trainings.map(\.number) == [1] && rest.nextPageToken.isEmpty)
    }
  }

  @Test func `a detection project without boxes is refused with the reasons`() async throws {
    let world = try JobsWorld.answering()
    let ada = try await world.user("ada")
    try await world.project("cars", of: ada, type: .detection)
    try await world.serve { clients in
      let refused = try await status {
        try await clients.training.train(TrainRequest(project: "cars"), options: ada.options)
      }
      #expect(refused?.code == .failedPrecondition)
      #expect(refused?.message.contains("images with boxes") == true)
    }
  }

  @Test func `a project that is not ready is refused with the reasons`() async throws {
    let world = try JobsWorld.answering()
    let ada = try await world.user("ada")
    try await world.project("empty", of: ada, classes: [])
    try await world.serve { clients in
      let refused = try await status {
        try await clients.training.train(TrainRequest(project: "empty"), options: ada.options)
      }
      #expect(refused?.code == .failedPrecondition)
      #expect(refused?.message.isEmpty == false)
    }
  }

  @Test(arguments: [
    (TrainingParameters(epochs: 1_000), true), (TrainingParameters(epochs: 1_001), false),
    (TrainingParameters(timeBudgetSeconds: 9), false),
    (TrainingParameters(timeBudgetSeconds: 10), true),
    (TrainingParameters(timeBudgetSeconds: 86_400), true),
    (TrainingParameters(timeBudgetSeconds: 86_401), false),
    (TrainingParameters(validationFraction: 0.05), true),
    (TrainingParameters(validationFraction: 0.05.nextDown), false),
    (TrainingParameters(validationFraction: 0.5), true),
    (TrainingParameters(validationFraction: 0.5.nextUp), false),
    (TrainingParameters(validationFraction: .nan), false),
    (TrainingParameters(validationFraction: -0.1), false),
    (TrainingParameters(inputSide: 64), true), (TrainingParameters(inputSide: 32), false),
    (TrainingParameters(inputSide: 512), true), (TrainingParameters(inputSide: 544), false),
    (TrainingParameters(inputSide: 100), false), (TrainingParameters(inputSide: .max), false),
  ])
  func `parameters are taken within their bounds`(
    parameters: TrainingParameters, isAccepted: Bool
  ) throws {
    if isAccepted {
      _ = try parameters.checked(for: .classification)
    } else {
      let error = #expect(throws: Status.self) { try parameters.checked(for: .classification) }
      #expect(error?.code == .invalidArgument && error?.details.isEmpty == false)
    }
  }

  @Test func `others see nothing of a project's trainings`() async throws {
    let world = try JobsWorld.answering()
    let (ada, eve) = (try await world.user("ada"), try await world.user("eve"))
    try await world.project("pets", of: ada)
    try await world.trained("pets", of: ada)
    try await world.serve { clients in
      let training = clients.training
      let calls: [@Sendable (CallOptions) async throws -> Void] = [
        { _ = try await training.train(TrainRequest(project: "pets"), options: $0) },
        { _ = try await training.getTraining(GetTrainingRequest(training: "pets@1"), options: $0) },
        {
          _ = try await training.listTrainings(
            ListTrainingsRequest(project: "pets"), options: $0)
        },
        {
          _ = try await training.cancelTraining(
            CancelTrainingRequest(training: "pets@1"), options: $0)
        },
        {
          try await training.watchTraining(
            WatchTrainingRequest(training: "pets@1"), options: $0
          ) { events in for try await _ in events {} }
        },
      ]
      for call in calls {
        #expect(try await status { try await call(eve.options) }?.code == .notFound)
        #expect(try await status { try await call(CallOptions()) }?.code == .unauthenticated)
      }
      let unknown = try await status {
        try await training.getTraining(
          GetTrainingRequest(training: "pets@2"), options: ada.options)
      }
      #expect(unknown?.code == .notFound)
    }
  }

  @Test func `a token needs the scope`() async throws {
    let world = try JobsWorld.answering()
    let reader = try await world.user("reader", scopes: [.read])
    try await world.project("pets", of: reader)
    try await world.serve { clients in
      let refused = try await status {
        try await clients.training.train(TrainRequest(project: "pets"), options: reader.options)
      }
      #expect(refused?.code == .permissionDenied)
    }
  }
}

/// All events of a training, once it has ended.
func watch(
  _ project: String, of user: TestUser, _ clients: JobsWorld.Clients, after event: Int32 = 0
) async throws -> [TrainingEvent] {
  try await clients.training.watchTraining(
    WatchTrainingRequest(training: "\(project)@1", afterEvent: event), options: user.options
  ) { stream in
    var events: [TrainingEvent] = []
    for try await event in stream { events.append(event) }
    return events
  }
}

/// An event in a word.
func summary(of event: TrainingEvent) -> String {
  switch event.event {
  case .job(let job): "\(job.state)"
  case .progress(let progress): "\(progress.imagesDone)"
  case .note(let note): note
  case nil: "nothing"
  }
}
