import API
import RPCCore
import TestSupport
import Testing
import WellKnownTypes

/// The cases of trainings: `Train`, `WatchTraining`, `GetTraining`, `GetTrainingReport`,
/// `ListTrainings`, `CancelTraining`.
enum TrainingCases {
  static let all = [
    train, watchTraining, getTraining, getTrainingReport, listTrainings, cancelTraining,
  ]

  static let train = MethodCases(
    TrainingMethods.train, needs: .scope(.train),
    request: { _ in TrainRequest(project: "trained", parameters: World.quickParameters) }
  ) { cases in
    cases.succeeds("and what it was asked for is what it did") { world in
      let job = try await world.job("trained")
      #expect(job.training == "ada/trained@1" && job.state == .succeeded)
      #expect(job.imageCount == 24 && job.dataSetHash.utf8.count == 64)
      #expect(job.parameters?.headOnly == true && job.parameters?.inputSide == 64)
      let times = [job.createTime, job.startTime, job.endTime].compactMap { $0?.sinceEpoch }
      #expect(times.count == 3 && times == times.sorted())
      let metrics = try #require(job.metrics)
      #expect(metrics.trainingImages + metrics.validationImages == 24)
      #expect(metrics.confusion.reduce(0, +) == metrics.validationImages)
      #expect(metrics.classes.map(\.className) == ["red", "blue"])
      #expect(metrics.accuracy > 0.7, "red and blue are easy to tell apart")
    }
    cases.addProjectCases { TrainRequest(project: $0) }
    for (what, parameters) in [
      (
        "the least of everything",
        TrainingParameters(
          epochs: 1, timeBudgetSeconds: 10, validationFraction: 0.05, inputSide: 64)
      ),
      (
        "the most of everything",
        TrainingParameters(
          epochs: 1_000, seed: .max, timeBudgetSeconds: 86_400, validationFraction: 0.5,
          inputSide: 512)
      ),
    ] {
      cases.checks(.bound, what) { world in
        let project = try await world.makeTrainable()
        _ = try await world.training.train(
          TrainRequest(project: project, parameters: parameters), options: world.options())
        _ = try await world.training.cancelTraining(
          CancelTrainingRequest(training: "\(project)@1"), options: world.options())
      }
    }
    let bad: [(CaseKind, TrainingParameters, [String])] = [
      (.pastBound, .init(epochs: 1_001), ["epochs", "1001", "1000"]),
      (.pastBound, .init(timeBudgetSeconds: 9), ["time_budget_seconds", "9", "10"]),
      (.pastBound, .init(timeBudgetSeconds: 86_401), ["time_budget_seconds", "86401", "86400"]),
      (.pastBound, .init(validationFraction: 0.049), ["validation_fraction", "0.049", "0.05"]),
      (.pastBound, .init(validationFraction: 0.501), ["validation_fraction", "0.501", "0.5"]),
      (.pastBound, .init(inputSide: 32), ["input_side", "32", "64"]),
      (.pastBound, .init(inputSide: 544), ["input_side", "544", "512"]),
      (.wrongArgument, .init(inputSide: 65), ["input_side", "65", "32"]),
      (.wrongArgument, .init(validationFraction: .nan), ["validation_fraction", "nan"]),
      (.wrongArgument, .init(validationFraction: -0.1), ["validation_fraction", "-0.1"]),
      (.wrongArgument, .init(validationFraction: .infinity), ["validation_fraction", "inf"]),
    ]
    for (kind, parameters, words) in bad {
      cases.refuses(
        kind, words.prefix(2).joined(separator: " "), .invalidArgument, words,
        field: "parameters.\(words[0])"
      ) { _ in TrainRequest(project: "trained", parameters: parameters) }
    }
    cases.refuses(
      .wrongArgument, "a project that is not ready", .failedPrecondition, ["pets"]
    ) { _ in TrainRequest(project: "pets") }
    cases.refuses(
      .wrongArgument, "a detection project without boxes", .failedPrecondition,
      ["0 images with boxes", "class 'cell' has no box"]
    ) {
      TrainRequest(project: try await $0.makeProject(.detection, classes: ["cell"]))
    }
    cases.refuses(
      .wrongArgument, "a part alone of a detector", .invalidArgument, ["head_only", "detection"],
      field: "parameters.head_only"
    ) { _ in TrainRequest(project: "cells", parameters: TrainingParameters(headOnly: true)) }
    cases.checksReason(.wrongArgument, "a project whose training is under way") { world in
      let project = try await world.makeTrainable()
      let request = TrainRequest(project: project, parameters: World.quickParameters)
      _ = try await world.training.train(request, options: world.options())
      let refused = await status {
        try await world.training.train(request, options: world.options())
      }
      #expect(refused?.code == .failedPrecondition)
      _ = try await world.training.cancelTraining(
        CancelTrainingRequest(training: "\(project)@1"), options: world.options())
      return refused?.reason
    }
  }

  static let watchTraining = MethodCases(
    TrainingMethods.watchTraining, needs: .scope(.read),
    request: { _ in WatchTrainingRequest(training: "trained@1") }
  ) { cases in
    cases.succeeds("from the first event to the last, or from the one after") { world in
      let events = try await world.events("trained")
      #expect(events.map(\.sequence) == events.map(\.sequence).sorted())
      let states = events.compactMap { event -> TrainingState? in
        guard case .job(let job) = event.event else { return nil }
        return job.state
      }
      #expect(states.last == .succeeded)
      #expect(states.contains(.running) || states.contains(.queued))
      #expect(events.contains { if case .progress = $0.event { true } else { false } })
      let middle = events[events.count / 2].sequence
      let rest = try await world.events("trained", after: middle)
      #expect(rest.map(\.sequence) == events.map(\.sequence).filter { $0 > middle })
      let none = try await world.events("trained", after: try #require(events.last).sequence)
      #expect(none.isEmpty)
    }
    cases.addTrainingCases { WatchTrainingRequest(training: $0) }
  }

  static let getTraining = MethodCases(
    TrainingMethods.getTraining, needs: .scope(.read),
    request: { _ in GetTrainingRequest(training: "trained@1") }
  ) { cases in
    cases.succeeds("by number") { world in
      let newest = try await world.job("trained")
      let first = try await world.training.getTraining(
        GetTrainingRequest(training: "trained@1"), options: world.options()
      )
      #expect(first == newest)
    }
    cases.addTrainingCases { GetTrainingRequest(training: $0) }
  }

  static let getTrainingReport = MethodCases(
    TrainingMethods.getTrainingReport, needs: .scope(.read),
    request: { _ in GetTrainingReportRequest(training: "trained@1") }
  ) { cases in
    cases.succeeds("with each epoch and the confusion") { world in
      let report = try await world.training.getTrainingReport(
        GetTrainingReportRequest(training: "trained@1"), options: world.options())
      let metrics = try #require(try await world.job("trained").metrics)
      #expect(report.training == "ada/trained@1")
      #expect(report.history.first?.epoch == 1 && report.history.first?.phase == .head)
      #expect(report.history.map(\.seconds) == report.history.map(\.seconds).sorted())
      #expect(report.confusion?.classNames == ["red", "blue"])
      #expect(report.confusion?.counts == metrics.confusion)
      #expect(report.confusion?.hasBackground == false)
      #expect(report.precisionRecall.isEmpty && report.detectionExamples.isEmpty)
    }
    cases.addTrainingCases { GetTrainingReportRequest(training: $0) }
    cases.checksReason(.wrongArgument, "a training that was cancelled") { world in
      let project = try await world.makeTrainable()
      _ = try await world.training.train(TrainRequest(project: project), options: world.options())
      _ = try await world.training.cancelTraining(
        CancelTrainingRequest(training: "\(project)@1"), options: world.options())
      let refused = await status {
        try await world.training.getTrainingReport(
          GetTrainingReportRequest(training: "\(project)@1"), options: world.options())
      }
      #expect(refused?.code == .failedPrecondition)
      #expect(refused?.message.contains("\(project)@1") == true)
      return refused?.reason
    }
  }

  static let listTrainings = MethodCases(
    TrainingMethods.listTrainings, needs: .scope(.read),
    request: { _ in ListTrainingsRequest(project: "trained") }
  ) { cases in
    cases.succeeds("newest first, in pages") { world in
      let project = try await world.makeTrainable()
      for _ in 0..<3 {
        let job = try await world.training.train(
          TrainRequest(project: project, parameters: World.quickParameters),
          options: world.options())
        _ = try await world.training.cancelTraining(
          CancelTrainingRequest(training: job.training), options: world.options())
      }
      let numbers = try await everyPage { token in
        let page = try await world.training.listTrainings(
          ListTrainingsRequest(project: project, pageSize: 2, pageToken: token),
          options: world.options())
        #expect(page.trainings.count <= 2)
        return (page.trainings.map(\.number), page.nextPageToken)
      }
      #expect(numbers == [3, 2, 1])
    }
    cases.addProjectCases { ListTrainingsRequest(project: $0) }
    cases.addPageCases { ListTrainingsRequest(project: "trained", pageSize: $0, pageToken: $1) }
  }

  static let cancelTraining = MethodCases(
    TrainingMethods.cancelTraining, needs: .scope(.train),
    request: { _ in CancelTrainingRequest(training: "trained@1") }
  ) { cases in
    cases.succeeds("and who watches is told") { world in
      let project = try await world.makeTrainable()
      _ = try await world.training.train(TrainRequest(project: project), options: world.options())
      let cancelled = try await world.training.cancelTraining(
        CancelTrainingRequest(training: "\(project)@1"), options: world.options())
      #expect(cancelled.state == .canceled)
      #expect(!cancelled.reason.isEmpty)
      let job = try await world.ended(project)
      #expect(job.state == .canceled)
    }
    cases.addTrainingCases(boundWorks: false) { CancelTrainingRequest(training: $0) }
    cases.refuses(
      .wrongArgument, "no number", .invalidArgument, ["trained", "number"], field: "training"
    ) { _ in CancelTrainingRequest(training: "trained") }
    cases.refuses(
      .wrongArgument, "a training that has ended", .failedPrecondition, ["training", "1"]
    ) { _ in CancelTrainingRequest(training: "trained@1") }
  }
}

extension World {
  /// The first training of a project.
  func job(_ project: String) async throws -> TrainingJob {
    try await training.getTraining(GetTrainingRequest(training: "\(project)@1"), options: options())
  }

  /// All events of the first training of a project.
  func events(_ project: String, after event: Int32 = 0) async throws -> [TrainingEvent] {
    try await training.watchTraining(
      WatchTrainingRequest(training: "\(project)@1", afterEvent: event), options: options()
    ) { events in
      try await events.reduce(into: []) { $0.append($1) }
    }
  }
}
