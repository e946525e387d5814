import API
import Foundation
import RPCCore
import Store
import Testing

@testable import Services

struct TrainingSchedulerTests {
  private typealias Script = FakeTrainingEngines.Script

  @Test(arguments: [
    ("engine killed", "the training ended with its engine: killed by signal 9"),
    ("bad image", "image abc cannot be decoded"),
    ("no result", "the training engine is faulty: it ended without a result"),
    ("after the result", "the training engine is faulty: it went on after its result"),
    ("cut off", "the training engine is faulty: it wrote a model with the SHA-256"),
    ("wrong hash", "the training engine is faulty: it wrote a model with the SHA-256"),
    ("another file", "the training cannot be stored: "),
    ("a link", "the training cannot be stored: "), ("nothing", "the training cannot be stored: "),
    ("wrong classes", "the training engine is faulty: its confusion matrix has 9 entries"),
    ("too large", "the training engine is faulty: its model has 1001 bytes; the limit is 1000"),
  ])
  func `a training that goes wrong fails with a reason`(fault: String, reason: String) async throws
  {
    let world = try JobsWorld { _, events in
      try await events.note("begun")
      switch fault {
      case "engine killed": throw Status(.unavailable, "killed by signal 9")
      case "bad image": throw Status(.invalidArgument, "image abc cannot be decoded")
      case "no result": break
      case "after the result":
        try await events.finish(classes: 2)
        try await events.note("more")
      case "cut off":
        try await events.finish(classes: 2)
        #expect(truncate(events.modelPath, 10) == 0)
      case "another file", "a link", "nothing":
        try await events.finish(classes: 2)
        let path = events.modelPath
        #expect(rename(path, path + ".moved") == 0)
        if fault == "another file" { try Data("the weights".utf8).write(to: URL(filePath: path)) }
        if fault == "a link" { #expect(symlink(path + ".moved", path) == 0) }
      case "wrong hash": try await events.finish(classes: 2, hash: "00")
      case "wrong classes": try await events.finish(classes: 3)
      default:
        try await events.finish(classes: 2, weights: String(repeating: "w", count: 1_001))
      }
    }
    let ada = try await world.user("ada")
    try await world.project("pets", of: ada)
    try await world.serve { clients in
      _ = try await clients.training.train(TrainRequest(project: "pets"), options: ada.options)
      let events = try await watch("pets", of: ada, clients)
      guard case .job(let job) = events.last?.event else {
        Issue.record("the last event is not a change of state")
        return
      }
      #expect(job.state == .failed)
      #expect(job.reason.hasPrefix(reason), "\(job.reason)")
      #expect(job.endTime != nil && job.metrics == nil)
      // Nothing is left but what the engine has hidden under another name.
      #expect(try world.stagedFiles().allSatisfy { $0.hasSuffix(".moved") })
      // The next one is not in its way.
      _ = try await clients.training.train(TrainRequest(project: "pets"), options: ada.options)
      #expect(try await watch("pets", of: ada, clients).map(summary).last == "failed")
    }
  }

  @Test func `a model of just the allowed size is taken`() async throws {
    let world = try JobsWorld { _, events in
      try await events.finish(classes: 2, weights: String(repeating: "w", count: 1_000))
    }
    let ada = try await world.user("ada")
    try await world.project("pets", of: ada)
    try await world.serve { clients in
      _ = try await clients.training.train(TrainRequest(project: "pets"), options: ada.options)
      #expect(try await watch("pets", of: ada, clients).map(summary).last == "succeeded")
    }
  }

  @Test func `cancelling ends the engine's call and those who watch`() async throws {
    let (started, ended) = (Gate(), Gate())
    let world = try JobsWorld { _, events in
      started.open()
      defer { ended.open() }
      try await Gate().pass()
    }
    let ada = try await world.user("ada")
    try await world.project("pets", of: ada)
    try await world.serve { clients in
      _ = try await clients.training.train(TrainRequest(project: "pets"), options: ada.options)
      async let watched = watch("pets", of: ada, clients)
      try await started.pass()
      let cancelled = try await clients.training.cancelTraining(
        CancelTrainingRequest(training: "pets@1"), options: ada.options)
      #expect(cancelled.state == .canceled && cancelled.reason.isEmpty == false)
      try await ended.pass()
      #expect(try await watched.map(summary) == ["queued", "running", "canceled"])
      let again = try await status {
        try await clients.training.cancelTraining(
          CancelTrainingRequest(training: "pets@1"), options: ada.options)
      }
      #expect(again?.code == .failedPrecondition)
    }
  }

  @Test func `a queued training that is cancelled never runs`() async throws {
    let (gate, log) = (Gate(), Log())
    let world = try JobsWorld { request, events in
      log.add("\(request.seed)")
      try await gate.pass()
      try await events.finish(classes: 2)
    }
    let ada = try await world.user("ada")
    for seed in 1...3 { try await world.project("p\(seed)", of: ada) }
    try await world.serve { clients in
      for seed in Int64(1)...3 {
        _ = try await clients.training.train(
          TrainRequest(project: "p\(seed)", parameters: TrainingParameters(seed: seed)),
          options: ada.options)
      }
      _ = try await clients.training.cancelTraining(
        CancelTrainingRequest(training: "p2@1"), options: ada.options)
      #expect(try await watch("p2", of: ada, clients).map(summary) == ["queued", "canceled"])
      gate.open()
      #expect(try await watch("p3", of: ada, clients).map(summary).last == "succeeded")
    }
    #expect(log.lines == ["1", "3"])
  }

  @Test(arguments: [1, 2])
  func `as many trainings run at once as configured, the oldest first`(jobsMax: Int) async throws {
    let both = Gate()
    let log = Log()
    let world = try JobsWorld(jobsMax: jobsMax) { request, events in
      if log.add("\(request.seed)") == 2 { both.open() }
      if jobsMax == 2 { try await both.pass() }
      try await events.finish(classes: 2)
    }
    let ada = try await world.user("ada")
    for name in ["p1", "p2"] { try await world.project(name, of: ada) }
    try await world.serve { clients in
      for seed in Int64(1)...2 {
        _ = try await clients.training.train(
          TrainRequest(project: "p\(seed)", parameters: TrainingParameters(seed: seed)),
          options: ada.options)
      }
      for name in ["p1", "p2"] {
        #expect(try await watch(name, of: ada, clients).map(summary).last == "succeeded")
      }
    }
    #expect(log.lines.sorted() == ["1", "2"])
    if jobsMax == 1 { #expect(log.lines == ["1", "2"]) }
  }

  @Test func `a drain fails what runs, leaves what waits, and ends those who watch`() async throws {
    let started = Gate()
    let world = try JobsWorld { _, events in
      started.open()
      try await Gate().pass()
    }
    let ada = try await world.user("ada")
    for name in ["running", "waiting"] { try await world.project(name, of: ada) }
    try await world.serve { clients in
      for name in ["running", "waiting"] {
        _ = try await clients.training.train(TrainRequest(project: name), options: ada.options)
      }
      async let waiting = status { try await watch("waiting", of: ada, clients) }
      async let running = watch("running", of: ada, clients)
      try await started.pass()
      clients.scheduler.drain()
      #expect(try await running.map(summary).last == "failed")
      #expect(try await waiting?.code == .unavailable)
    }
    let failed = try await world.store.training(1, ofProject: "running", of: ada.id)
    #expect(failed.state == .failed && failed.reason.contains("the server was stopped"))
    #expect(try await world.store.training(1, ofProject: "waiting", of: ada.id).state == .queued)
  }

  @Test func `what was queued before a start runs after it`() async throws {
    let world = try JobsWorld { _, events in try await events.finish(classes: 2) }
    let ada = try await world.user("ada")
    try await world.project("pets", of: ada)
    _ = try await world.store.queueTraining(
      ofProject: "pets", of: ada.id, parameters: [], at: world.now,
      freeze: TrainingDataSet.freeze)
    let events = try await world.serve { clients in try await watch("pets", of: ada, clients) }
    #expect(events.map(summary).last == "succeeded")
  }

  @Test func `a training whose project is deleted stops at its next event`() async throws {
    let (started, deleted, ended) = (Gate(), Gate(), Gate())
    let world = try JobsWorld { _, events in
      started.open()
      defer { ended.open() }
      try await deleted.pass()
      while true { try await events.note("still here") }
    }
    let ada = try await world.user("ada")
    try await world.project("pets", of: ada)
    try await world.serve { clients in
      _ = try await clients.training.train(TrainRequest(project: "pets"), options: ada.options)
      async let watched = status { try await watch("pets", of: ada, clients) }
      try await started.pass()
      try await world.store.deleteProject(named: "pets", of: ada.id)
      deleted.open()
      try await ended.pass()
      #expect(try await watched?.code == .notFound)
    }
  }

  @Test func `deleted trainings stop at once, and who watches them learns of it`() async throws {
    let (started, ended) = (Gate(), Gate())
    let world = try JobsWorld { _, _ in
      started.open()
      defer { ended.open() }
      try await Gate().pass()
    }
    let ada = try await world.user("ada")
    try await world.project("pets", of: ada)
    try await world.project("fish", of: ada)
    try await world.serve { clients in
      for project in ["pets", "fish"] {
        _ = try await clients.training.train(TrainRequest(project: project), options: ada.options)
      }
      // One runs, the other is queued.
      try await started.pass()
      async let running = status { try await watch("pets", of: ada, clients) }
      async let queued = status { try await watch("fish", of: ada, clients) }
      for project in ["fish", "pets"] {
        clients.scheduler.stopDeleted(
          try await world.store.deleteProject(named: project, of: ada.id))
      }
      #expect(try await running?.code == .notFound)
      #expect(try await queued?.code == .notFound)
      try await ended.pass()
    }
  }

  @Test func `images stay for the engine while a training needs them, and go with it`() async throws
  {
    let (started, gate) = (Gate(), Gate())
    let world = try JobsWorld { _, events in
      started.open()
      try await gate.pass()
      try await events.finish(classes: 2)
    }
    let ada = try await world.user("ada")
    let images = try await world.project("pets", of: ada)
    try await world.serve { clients in
      _ = try await clients.training.train(TrainRequest(project: "pets"), options: ada.options)
      try await started.pass()
      try await world.store.deleteImage(images[0], inProject: "pets", of: ada.id)
      #expect(try await world.store.openObject(images[0]).bytes > 0)
      gate.open()
      _ = try await watch("pets", of: ada, clients)
      await #expect(throws: StoreError.notFound(.object, images[0].hex)) {
        try await world.store.openObject(images[0])
      }
      #expect(try await world.store.openObject(images[1]).bytes > 0)
    }
  }

  @Test func `a note is cut to its bound at a whole character`() {
    #expect("aéé".cut(toBytes: 4) == "aé")
    #expect("aéé".cut(toBytes: 5) == "aéé")
    #expect("é".cut(toBytes: 1) == "")
  }
}
