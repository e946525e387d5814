internal import API
internal import Logging
internal import RPCClient
internal import RPCCore
internal import Subprocess
internal import SystemPackage
internal import Waiting

/// One engine process, from its start to its end.
struct EngineProcess: Sendable {
  enum Role: String, Sendable { case inference, training }

  let role: Role
  let configuration: HostConfiguration
  let folder: EngineFolder
  /// Opens when the engine is not wanted any more; one that is not ready by then never will be.
  var unwanted: OneShotSignal?
  let logger: Logger

  /// The way to call an engine, and to learn of its end.
  struct Connection: Sendable {
    let process: Int32
    let caller: any Caller
    /// Opens when the engine ends.
    let end: OneShotSignal
  }

  /// Starts the engine, runs `body` once it is ready, and ends it.
  ///
  /// The engine lives no longer than this call: cancelling kills it, and if this whole process
  /// dies, the engine sees its standard input end.
  ///
  /// - Throws: what `body` throws, `EngineHostError`, and `UNAVAILABLE` with the manner of death
  ///   where a call of `body` failed because the engine died.
  func run<Value: Sendable>(_ body: (Connection) async throws -> Value) async throws -> Value {
    let outcome = try await Subprocess.run(
      .path(FilePath(configuration.program)), arguments: Arguments(arguments),
      environment: .inherit.updating(environment), input: .inputWriter, output: .sequence,
      error: .sequence
    ) { execution in
      let result: Result<Value, any Error>
      do {
        result = .success(try await attend(execution, body))
      } catch {
        result = .failure(error)
      }
      try await execution.standardInputWriter.finish()
      await execution.teardown(
        using: [.gracefulShutDown(allowedDurationToNextStep: configuration.endTimeout)])
      return result
    }
    return try explain(outcome.closureResult, outcome.terminationStatus).get()
  }

  private var arguments: [String] {
    let isTraining = role == .training
    let nice = isTraining ? configuration.trainingNice : 0
    let threads = isTraining ? configuration.trainingThreads : configuration.inferenceThreads
    let cache =
      isTraining ? configuration.trainingCacheMebibytes : configuration.inferenceCacheMebibytes
    return [
      "--socket", folder.socket, "--objects", configuration.objects,
      "--staging", configuration.staging, "--backbone", configuration.backbone,
      "--object-bytes-max", "\(configuration.objectBytesMax)", "--nice", "\(nice)",
      "--threads", "\(threads)", "--cache-mebibytes", "\(cache)",
    ] + (configuration.traceLog.map { ["--trace-log", $0] } ?? [])
  }

  /// Read by OpenBLAS and OpenMP while the program loads, so it must be set from outside: two pools
  /// would fight for the cores, and idle threads would spin.
  private var environment: [Environment.Key: String?] {
    var environment: [Environment.Key: String?] = [
      "OPENBLAS_NUM_THREADS": "1", "OMP_WAIT_POLICY": "passive",
    ]
    if let coreType = MathKernels.coreType { environment["OPENBLAS_CORETYPE"] = coreType }
    return environment
  }

  private typealias Running = Execution<CustomWriteInput, SequenceOutput, SequenceOutput>

  /// Waits until the engine is ready and connects; logs what the engine says meanwhile.
  nonisolated(nonsending) private func attend<Value: Sendable>(
    _ execution: Running, _ body: (Connection) async throws -> Value
  ) async throws -> Value {
    let (ready, readyFeed) = AsyncStream.makeStream(of: String.self)
    let end = OneShotSignal()
    return try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        for try await line in execution.standardError.strings() {
          logger.info("\(line)", metadata: ["engine": "\(role)"])
        }
      }
      group.addTask {
        defer {
          readyFeed.finish()
          end.open()
        }
        for try await line in execution.standardOutput.strings() { readyFeed.yield(line) }
      }
      group.addTask {
        try await Task.sleep(for: configuration.startTimeout)
        readyFeed.finish()
      }
      if let unwanted {
        group.addTask {
          await unwanted.wait()
          readyFeed.finish()
        }
      }
      defer { group.cancelAll() }
      try await waitUntilReady(ready)
      var way = ClientConfiguration(addresses: [.unix(path: folder.socket)])
      way.limits = .ownProcesses
      way.interceptors = configuration.interceptors
      let client = Client(way, logger: logger)
      let result: Result<Value, any Error>
      do {
        try await client.connect()
        result = .success(
          try await body(
            Connection(
              process: execution.processIdentifier.value, caller: client, end: end)))
      } catch {
        result = .failure(error)
      }
      await client.close()
      return try result.get()
    }
  }

  /// The line by which an engine says that it listens.
  package static let readyLine = "ready"

  private func waitUntilReady(_ lines: AsyncStream<String>) async throws {
    for await line in lines {
      guard line == Self.readyLine else { throw EngineHostError.notReady("it said '\(line)'") }
      return
    }
    try Task.checkCancellation()
    throw EngineHostError.notReady(
      "\(configuration.program) ended or was not ready within \(configuration.startTimeout)")
  }

  /// Says how the engine died where a call failed for that reason.
  private func explain<Value>(
    _ result: Result<Value, any Error>, _ status: TerminationStatus
  ) -> Result<Value, any Error> {
    guard case .failure(let error as Status) = result, error.code == .unavailable,
      let death = Self.death(status)
    else { return result }
    return .failure(Status(.temporarilyUnavailable, death, details: error.details))
  }

  /// Nothing for an engine that ended because it was asked to.
  private static func death(_ status: TerminationStatus) -> String? {
    switch status {
    case .exited(0): nil
    case .exited(let code): "the engine ended with exit code \(code)"
    case .signaled(Signal.terminate.rawValue): nil
    case .signaled(let signal): "the engine was killed by signal \(signal)"
    }
  }
}
