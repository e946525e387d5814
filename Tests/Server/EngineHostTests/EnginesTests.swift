import API
import Codec
import Foundation
import Logging
import RPCCore
import Testing

@testable import EngineHost

/// With the real engine program, as it was built beside the tests.
@Suite(.serialized, .enabled(if: EngineFixture.program != nil, "diyml-engine is not built"))
struct EnginesTests {
  let fixture: EngineFixture

  init() throws { fixture = try EngineFixture() }

  /// Runs a host around `body`, and sees to it that no process is left.
  private func withEngines(_ body: (Engines) async throws -> Void) async throws {
    let engines = try fixture.engines()
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { await engines.run() }
      do {
        try await body(engines)
      } catch {
        engines.drain()
        throw error
      }
      engines.drain()
      try await group.waitForAll()
    }
    #expect(fixture.processes().isEmpty)
  }

  private func inspect(_ engines: Engines) async throws -> EngineInspectImageResponse {
    try await engines.vision.inspectImage(
      EngineInspectImageRequest(image: .init(place: .inline(Bytes(EngineFixture.gif)))))
  }

  @Test func `the inference engine answers, and is gone with the host`() async throws {
    try await withEngines { engines in
      let response = try await inspect(engines)
      #expect(response.format == .gif && response.width == 2 && response.height == 2)
      let status = await #expect(throws: Status.self) {
        try await engines.vision.inspectImage(
          EngineInspectImageRequest(image: .init(place: .inline([1, 2, 3]))))
      }
      #expect(status?.code == .invalidArgument)
    }
  }

  @Test func `a killed inference engine is back within two seconds`() async throws {
    try await withEngines { engines in
      while engines.inferenceProcesses.count < 2 { _ = try await inspect(engines) }
      let process = engines.inferenceProcesses[0]
      kill(process, SIGKILL)
      let start = ContinuousClock.now
      var failures: [StatusCode] = []
      // Calls fail at once while there is no connection, so time bounds the loop, not their number.
      while ContinuousClock.now - start < .seconds(10) {
        do {
          _ = try await inspect(engines)
          break
        } catch let status as Status {
          failures.append(status.code)
        }
      }
      let time = ContinuousClock.now - start
      print("result: engine restart seconds=\(time / .seconds(1)) failed_calls=\(failures.count)")
      #expect(failures.allSatisfy { $0 == .unavailable })
      #expect(time < .seconds(2))
      #expect(!engines.inferenceProcesses.contains(process))
    }
  }

  @Test func `the host goes on when all its inference engines are killed`() async throws {
    try await withEngines { engines in
      _ = try await inspect(engines)
      for process in fixture.processes() { kill(process, SIGKILL) }
      while true {
        do {
          _ = try await inspect(engines)
          return
        } catch let status as Status {
          #expect(status.code == .unavailable)
        }
      }
    }
  }

  @Test func `calls in flight end unavailable when the engine is killed`() async throws {
    try await withEngines { engines in
      _ = try await inspect(engines)
      let process = try #require(engines.inferenceProcesses.first)
      kill(process, SIGSTOP)
      try await withThrowingTaskGroup(of: StatusCode?.self) { group in
        for _ in 0..<8 {
          group.addTask {
            do {
              _ = try await inspect(engines)
              return nil
            } catch let status as Status {
              return status.code
            }
          }
        }
        kill(process, SIGKILL)
        // Those that had not left yet are answered by the engine that stood by.
        for try await code in group { #expect(code == nil || code == .unavailable) }
      }
    }
  }

  @Test func `a killed training engine ends its call with the reason`() async throws {
    try await withEngines { engines in
      let status = await #expect(throws: Status.self) {
        try await engines.withTrainer { trainer in
          for process in fixture.processes(containing: "--nice 19") { kill(process, SIGKILL) }
          try await trainer.trainClassifier(EngineTrainClassifierRequest()) { events in
            for try await _ in events {}
          }
        }
      }
      #expect(status?.code == .unavailable)
      #expect(status?.message == "the engine was killed by signal 9")
      _ = try await inspect(engines)
    }
  }

  @Test func `a training engine is of low priority and gone when its call ends`() async throws {
    try await withEngines { engines in
      let status = try await engines.withTrainer { trainer in
        let process = try #require(fixture.processes(containing: "--nice 19").first)
        #expect(getpriority(__priority_which_t(PRIO_PROCESS.rawValue), id_t(process)) == 19)
        return await #expect(throws: Status.self) {
          try await trainer.trainClassifier(EngineTrainClassifierRequest()) { events in
            for try await _ in events {}
          }
        }
      }
      #expect(status?.code == .invalidArgument)
      #expect(fixture.processes(containing: "--nice 19").isEmpty)
    }
  }

  @Test func `cancelling kills the training engine`() async throws {
    try await withEngines { engines in
      await withThrowingTaskGroup(of: Void.self) { group in
        let (started, feed) = AsyncStream.makeStream(of: Void.self)
        group.addTask {
          try await engines.withTrainer { _ in
            feed.yield()
            try await Task.sleep(for: .seconds(600))
          }
        }
        for await _ in started { break }
        group.cancelAll()
      }
      #expect(fixture.processes(containing: "--nice 19").isEmpty)
    }
  }

  @Test func `an engine ends when its host is gone`() async throws {
    let process = Process()
    let (input, output) = (Pipe(), Pipe())
    process.executableURL = URL(filePath: try #require(EngineFixture.program))
    process.arguments = [
      "--socket", fixture.folder + "/socket", "--objects", fixture.folder, "--staging",
      fixture.folder, "--backbone", "none", "--object-bytes-max", "1000",
    ]
    (process.standardInput, process.standardOutput) = (input, output)
    let ended = AsyncStream<Int32> { feed in
      process.terminationHandler = { feed.yield($0.terminationStatus) }
    }
    try process.run()
    #expect(try output.fileHandleForReading.read(upToCount: 6) == Data("ready\n".utf8))
    let mode =
      try FileManager.default.attributesOfItem(atPath: fixture.folder + "/socket")[
        .posixPermissions] as? Int
    #expect(mode == 0o600)
    try input.fileHandleForWriting.close()
    var statuses = ended.makeAsyncIterator()
    #expect(await statuses.next() == 0)
    #expect(fixture.processes().isEmpty)
  }

  @Test func `a program that is not an engine is an error, not a wait`() async throws {
    var configuration = fixture.configuration
    configuration.program = "/bin/true"
    let engines = try Engines(configuration: configuration, logger: Logger(label: "test"))
    let status = await #expect(throws: Status.self) { try await engines.withTrainer { _ in } }
    #expect(status?.code == .unavailable)
  }
}
