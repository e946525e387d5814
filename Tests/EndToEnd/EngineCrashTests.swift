import API
import Foundation
import RPCCore
import TestSupport
import Testing

extension ProgramTests {
  /// `kill -9` of engines, while the server serves on.
  @Suite(.serialized, .timeLimit(.minutes(5))) struct EngineCrashTests {
    /// Gives `body` a server with a training that has begun in earnest, and the process of its engine.
    private func training(
      _ body: @Sendable (Daemon, any Caller, Shop, _ engine: Int32) async throws -> Void
    ) async throws {
      let folder = try TemporaryFolder()
      try await Daemon.with(data: folder.path + "/data") { daemon in
        try await daemon.withClient { client in
          let shop = try await Shop(opening: client)
          try await shop.fill(client)
          try await shop.train(TrainingParameters(epochs: 1_000, inputSide: 64), client)
          try await shop.watchUntilProgress(client)
          let engine = try await daemon.trainingEngine()
          try await body(daemon, client, shop, engine)
        }
      }
    }

    @Test func `a training whose engine is killed fails with a reason`() async throws {
      try await training { daemon, client, shop, engine in
        let inference = try await daemon.inferenceEngine()
        ProcessTable.killNow(engine)
        let job = try await shop.ended(client)
        #expect(job.state == .failed)
        #expect(job.reason.contains("engine"), "the reason is '\(job.reason)'")
        print("crash: the training failed because \(job.reason)")
        #expect(ProcessTable.isRunning(inference), "inference is not touched")
        _ = try await AuthClient(client).whoAmI(WhoAmIRequest(), options: shop.options)
        try await shop.train(World.quickParameters, client)
        let second = try await shop.ended(client)
        #expect(second.state == .succeeded, "\(second.reason)")
      }
    }

    @Test func `a training ends with its project`() async throws {
      try await training { daemon, client, shop, engine in
        async let watched = #expect(throws: Status.self) {
          _ = try await shop.ended(client)
        }
        _ = try await DataClient(client).deleteProject(
          DeleteProjectRequest(project: Shop.project), options: shop.options)
        #expect(await watched?.code == .notFound)
        try await eventually(within: Daemon.patience, "the end of the engine") {
          !ProcessTable.isRunning(engine)
        }
      }
    }

    @Test func `inference comes back within two seconds`() async throws {
      let folder = try TemporaryFolder()
      try await Daemon.with(data: folder.path + "/data") { daemon in
        let shop = try await daemon.withClient { client in
          let shop = try await Shop(opening: client)
          try await shop.publishModel(client)
          return shop
        }
        // The best of some, for a busy machine is slower than the server is.
        var times: [Duration] = []
        for _ in 0..<3 { times.append(try await killWhileInferring(daemon, shop)) }
        let best = try #require(times.min())
        print("result: engine_restart best_seconds=\(best.seconds) tries=\(times.count)")
        #expect(best < .seconds(2))
      }
    }

    /// Kills the engine under four clients that infer all the time.
    ///
    /// - Returns: the time from the kill to the first answer of a call made after it.
    private func killWhileInferring(_ daemon: Daemon, _ shop: Shop) async throws -> Duration {
      let answered = SharedState(0)
      let killed = SharedState<ContinuousClock.Instant?>(nil)
      return try await withThrowingTaskGroup(of: Duration.self) { group in
        for _ in 0..<4 {
          group.addTask {
            try await daemon.withClient { client in
              while true {
                let start = ContinuousClock.now
                do {
                  try await shop.infer(InferenceCases.red, client)
                } catch let status as Status {
                  #expect(status.code == .unavailable, "\(status)")
                  continue
                }
                answered.change { $0 += 1 }
                if let killed = killed.value, start > killed {
                  return ContinuousClock.now - killed
                }
              }
            }
          }
        }
        try await eventually(within: .seconds(60), "some answers") { answered.value >= 8 }
        let engine = try await daemon.inferenceEngine()
        killed.change { $0 = .now }
        ProcessTable.killNow(engine)
        var times: [Duration] = []
        for try await time in group { times.append(time) }
        return try #require(times.min())
      }
    }
  }
}

extension Duration {
  /// Whole and broken seconds.
  var seconds: Double {
    Double(components.seconds) + Double(components.attoseconds) / 1e18
  }
}
