import API
import Codec
import Foundation
import RPCClient
import RPCCore
import TestSupport
import Testing

extension ProgramTests {
  /// How the server's program takes signals, whatever it is doing.
  @Suite(.serialized, .timeLimit(.minutes(5))) struct StopDaemonTests {
    private static let program = TestData.program("diymld")
    private static let drainSeconds = 1
    /// What a stop may take with that time to drain: ten seconds more, and what the test is late.
    private static let bound = Duration.seconds(drainSeconds + 12)

    private func arguments(_ folder: TemporaryFolder) -> [String] {
      [
        "--data", folder.path + "/data", "--listen", "127.0.0.1:0", "--weights", TestData.weights,
        "--drain-seconds", "\(Self.drainSeconds)",
      ]
    }

    /// Starts a server that `body` brings into some state, and expects that SIGTERM then ends it in
    /// time; what `body` began is cancelled when it has.
    private func expectStop(
      _ folder: TemporaryFolder, endings: [ProgramProcess.Ending] = [.exited(0)],
      _ body: @escaping @Sendable (Daemon, @escaping @Sendable () -> Void) async throws -> Void
    ) async throws {
      try await ProgramProcess.with(Self.program, arguments(folder)) { process in
        let daemon = try await Daemon.listening(process)
        try await withThrowingTaskGroup(of: Void.self) { group in
          let (reached, feed) = AsyncStream.makeStream(of: Void.self)
          group.addTask {
            defer { feed.finish() }
            // Its calls fail when the server ends.
            do { try await body(daemon) { feed.yield() } } catch is Status {}
          }
          var states = reached.makeAsyncIterator()
          try #require(await states.next() != nil, "the state was not reached")
          let time = try await stopped(process, endings)
          print("result: stop seconds=\(time.seconds)")
          group.cancelAll()
        }
        #expect(daemon.engines.isEmpty)
      }
      // Whatever it was doing, the folder is as good as before.
      try await Daemon.with(data: folder.path + "/data") { daemon in
        try await daemon.withClient {
          _ = try await AuthClient($0).userExists(UserExistsRequest(user: "ada"))
        }
      }
    }

    private func stopped(
      _ process: ProgramProcess, _ endings: [ProgramProcess.Ending]
    ) async throws -> Duration {
      let start = ContinuousClock.now
      process.signal(SIGTERM)
      let ending = try await within(Self.bound, "the end of diymld") { await process.ending() }
      #expect(endings.map(Optional.some).contains(ending), "\(process.output)")
      return ContinuousClock.now - start
    }

    @Test func `SIGHUP never ends the server, and without TLS it says that it does nothing`()
      async throws
    {
      let folder = try TemporaryFolder()
      try await ProgramProcess.with(Self.program, arguments(folder)) { process in
        // From its first sign of life on.
        try await eventually(within: .seconds(10), "the folder's lock") {
          FileManager.default.fileExists(atPath: folder.path + "/data/lock")
        }
        process.signal(SIGHUP)
        let daemon = try await Daemon.listening(process)
        process.signal(SIGHUP)
        let line = try await within(.seconds(10), "a word about SIGHUP") {
          await process.line(with: "SIGHUP is ignored")
        }
        #expect(line != nil)
        try await daemon.withClient {
          _ = try await AuthClient($0).userExists(UserExistsRequest(user: "ada"))
        }
        _ = try await stopped(process, [.exited(0)])
      }
    }

    /// Milliseconds.
    @Test(arguments: [0, 10, 30, 60, 100, 150, 200, 300, 500, 1_000, 2_000])
    func `SIGTERM ends a server that is starting, at whatever moment`(after time: Int) async throws
    {
      let folder = try TemporaryFolder()
      try await ProgramProcess.with(Self.program, arguments(folder)) { process in
        try await Task.sleep(for: .milliseconds(time))
        let taken = try await stopped(process, [.exited(0), .signalled(SIGTERM)])
        // Nobody calls, so nothing is to be waited for.
        #expect(taken < .seconds(5))
      }
      try await Daemon.with(data: folder.path + "/data") { daemon in
        try await daemon.withClient {
          _ = try await AuthClient($0).userExists(UserExistsRequest(user: "ada"))
        }
      }
    }

    @Test func `a client that reads nothing does not hold up the end`() async throws {
      let folder = try TemporaryFolder()
      try await expectStop(folder) { daemon, reached in
        try await daemon.withClient { client in
          let shop = try await Shop(opening: client)
          let image = SyntheticImages.black(width: 1_100, height: 1_100)
          let id = try await shop.put(image, nil, client)
          try await DataClient(client).downloadImage(
            DownloadImageRequest(project: Shop.project, id: id), options: shop.options
          ) { _ in
            reached()
            try await Task.sleep(for: .seconds(3_600))
          }
        }
      }
    }

    @Test func `an upload that never goes on does not hold up the end`() async throws {
      let folder = try TemporaryFolder()
      try await expectStop(folder) { daemon, reached in
        try await daemon.withClient { client in
          let shop = try await Shop(opening: client)
          _ = try await DataClient(client).putImages(options: shop.options) { writer in
            try await writer.write(PutImagesRequest(part: .start(.init(project: Shop.project))))
            try await writer.write(PutImagesRequest(part: .begin(.init(sizeBytes: 1_000))))
            reached()
            try await Task.sleep(for: .seconds(3_600))
          }
        }
      }
    }

    @Test func `an engine that hangs does not hold up the end`() async throws {
      let folder = try TemporaryFolder()
      try await expectStop(folder) { daemon, reached in
        try await daemon.withClient { client in
          let shop = try await Shop(opening: client)
          try await shop.put(SyntheticImages.blobs(.red, seed: 1), nil, client)
          for engine in daemon.engines { kill(engine, SIGSTOP) }
          try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await shop.put(SyntheticImages.blobs(.red, seed: 2), nil, client) }
            _ = try await AuthClient(client).whoAmI(WhoAmIRequest(), options: shop.options)
            reached()
            try await group.waitForAll()
          }
        }
      }
    }

    @Test func `a training does not hold up the end`() async throws {
      let folder = try TemporaryFolder()
      try await expectStop(folder) { daemon, reached in
        try await daemon.withClient { client in
          let shop = try await Shop(opening: client)
          try await shop.fill(client)
          try await shop.train(
            TrainingParameters(epochs: 1_000, timeBudgetSeconds: 3_600), client)
          try await shop.watchUntilProgress(client)
          reached()
          try await Task.sleep(for: .seconds(3_600))
        }
      }
    }

    @Test func `many heavy calls do not hold up the end`() async throws {
      let folder = try TemporaryFolder()
      try await expectStop(folder) { daemon, reached in
        try await daemon.withClient { client in
          let shop = try await Shop(opening: client)
          for seed in 0..<40 as Range<UInt64> {
            try await shop.put(SyntheticImages.blobs(.red, seed: seed), "red", client)
          }
          try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<16 {
              group.addTask {
                while !Task.isCancelled {
                  _ = try await DataClient(client).analyzeProject(
                    AnalyzeProjectRequest(project: Shop.project), options: shop.options)
                }
              }
              group.addTask {
                var seed: UInt64 = 1_000
                while !Task.isCancelled {
                  seed += 1
                  try await shop.put(SyntheticImages.blobs(.blue, seed: seed), "blue", client)
                }
              }
            }
            _ = try await AuthClient(client).whoAmI(WhoAmIRequest(), options: shop.options)
            reached()
            try await group.waitForAll()
          }
        }
      }
    }

    @Test func `a second SIGTERM ends the server at once`() async throws {
      let folder = try TemporaryFolder()
      var arguments = Daemon.arguments(data: folder.path + "/data")
      arguments += ["--drain-seconds", "3600"]
      try await ProgramProcess.with(Self.program, arguments) { process in
        let daemon = try await Daemon.listening(process)
        try await daemon.withClient { client in
          let shop = try await Shop(opening: client)
          let call = await status {
            try await DataClient(client).putImages(options: shop.options) { writer in
              try await writer.write(PutImagesRequest(part: .start(.init(project: Shop.project))))
              _ = try await AuthClient(client).whoAmI(WhoAmIRequest(), options: shop.options)
              process.signal(SIGTERM)
              try await eventually(within: .seconds(10), "the refusal of new connections") {
                await status {
                  try await daemon.withClient { try await $0.connect() }
                }?.code == .unavailable
              }
              let time = try await stopped(process, [.exited(1)])
              #expect(time < .seconds(6))
            }
          }
          #expect(call?.code == .unavailable)
        }
      }
    }
  }
}
