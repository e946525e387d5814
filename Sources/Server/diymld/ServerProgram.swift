internal import API
internal import EngineHost
internal import Foundation
internal import Logging
internal import RPCCore
internal import RPCServer
internal import RPCServices
internal import RPCTracing
internal import Services
internal import Store

/// The server with everything it consists of, from its start to its end.
struct ServerProgram: Sendable {
  let dataFolder: String
  let addresses: [ListenAddress]
  /// The path of the engine's program.
  let engine: String
  /// The path of the backbone's weights.
  let weights: String
  /// How TCP addresses speak TLS; `nil` if they do not.
  let tls: TLSServerConfiguration?
  /// Where metrics are read over HTTP; `nil` keeps none.
  let metrics: ListenAddress?
  /// Where the spans of calls go; `nil` makes none.
  let spans: SpanFile?
  /// The path of that file, for engines.
  let traceLog: String?
  let trainingJobs: Int
  let storeLimits: StoreLimits
  let janitor: StoreJanitor.Configuration
  /// Whether the folder's database, or a new one, is taken whatever the folder has seen.
  let isNewStore: Bool
  /// How long open calls may take to finish at the end.
  let drainTime: Duration

  private let logger = Logger(label: "diymld")

  /// Larger than any photo; larger images come in chunks.
  private static let messageBytesMax = 24 << 20
  /// The least there is, since an upload's bytes under way stand before small calls that come later.
  ///
  /// `make bench-interleave` shows what it buys; a distant uploader pays with speed.
  private static let streamWindowBytes = 64 << 10
  /// How long all but open calls may take to end: trainings, engines, the database.
  private static let stopTime = Duration.seconds(10)

  /// Serves until signals stop it.
  ///
  /// Nothing here waits for an engine: calls that need one do.
  func run() async throws {
    // Before the store is open, signals end the process at once: there is nothing to finish.
    let events = StoreEvents(logger: logger)
    let store = try DataStore.open(
      folder: dataFolder, limits: storeLimits, isNewStore: isNewStore, at: .now(),
      report: events.received)
    let signals = await StopSignals(patience: drainTime + Self.stopTime)
    let reloads = await ReloadSignals()
    let janitor = StoreJanitor(store: store, configuration: janitor, logger: logger)
    let tracer = spans.map { SpanLog(write: $0.write) }
    var hosting = try hostConfiguration()
    hosting.traceLog = traceLog
    hosting.interceptors = tracer.map { [ClientTracing(tracer: $0)] } ?? []
    let engines = try Engines(configuration: hosting, logger: logger)
    let commands = try UpkeepSocket(in: dataFolder, of: store, logger: logger)
    let providers = try ProviderSet(
      store: store, vision: engines.vision, engines: engines, configuration: offered,
      logger: logger)
    let (scheduler, worker) = (providers.scheduler, providers.worker)
    var limits = Limits()
    limits.messageBytesMax = Self.messageBytesMax
    limits.streamWindowBytes = Self.streamWindowBytes
    limits.connectionsMax = OpenFiles.connectionsMax(
      filesMax: OpenFiles.raiseLimit(), atMost: limits.connectionsMax)
    let page = metricsPage(store, engines)
    var interceptors: [any ServerInterceptor] = tracer.map { [ServerTracing(tracer: $0)] } ?? []
    interceptors.append(RequestIDs())
    if let page { interceptors.append(page.calls) }
    let server = Server(
      routes: providers.routes, limits: limits, logger: logger, tls: tls,
      interceptors: interceptors,
      extensions: [StandardServices(files: API.allProtoFiles)])
    let drainTime = drainTime
    // Drained from the last to the first.
    let services = [
      DrainableService {
        await run(engines, beside: server)
      } drain: {
        engines.drain()
      },
      DrainableService {
        await answer(worker, beside: janitor)
      } drain: {
        worker.drain()
      },
      DrainableService {
        try await commands.run()
      } drain: {
        await commands.drain()
      },
      DrainableService {
        await scheduler.run()
      } drain: {
        scheduler.drain()
      },
      DrainableService {
        try await serve(server, reloads, page)
      } drain: {
        logger.notice("stopping; open calls have \(drainTime) to finish")
        // Who watches a training learns of its end before the connection closes.
        scheduler.drain()
        await server.drain(within: drainTime)
      },
    ]
    try await signals.run(services)
    try store.close()
    await spans?.flush()
  }

  /// Sockets of engines lie in the data folder, which one server has for itself, so that what a
  /// killed server left there goes away now; only a path too long for a socket sends them to /tmp.
  private func hostConfiguration() throws -> HostConfiguration {
    var configuration = HostConfiguration(
      program: engine, objects: dataFolder + "/objects", staging: dataFolder + "/staging",
      backbone: weights,
      objectBytesMax: max(
        offered.limits.imageBytesMax, offered.scheduler.weightsBytesMax))
    let folder = dataFolder + "/run"
    guard Engines.canHoldSockets(folder) else { return configuration }
    if FileManager.default.fileExists(atPath: folder) {
      try FileManager.default.removeItem(atPath: folder)
    }
    try FileManager.default.createDirectory(
      atPath: folder, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
    configuration.temporaryFolder = folder
    return configuration
  }

  private var offered: ProviderSet.Configuration {
    var configuration = ProviderSet.Configuration()
    var scheduler = TrainingScheduler.Configuration()
    scheduler.jobsMax = trainingJobs
    configuration.scheduler = scheduler
    return configuration
  }

  /// Serves calls, and says where once it does.
  private func serve(
    _ server: Server, _ reloads: ReloadSignals, _ page: MetricsPage?
  ) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await server.run(on: addresses.map(\.address)) }
      let lines = try await server.boundAddresses.map { "listening on \(name(of: $0))\n" }
      try FileHandle.standardOutput.write(contentsOf: Data(lines.joined().utf8))
      if let page { group.addTask { try await page.run(of: server) } }
      group.addTask { await reloads.run(server, hasTLS: tls != nil, logger) }
      try await group.next()
      group.cancelAll()
    }
  }

  private func metricsPage(_ store: DataStore, _ engines: Engines) -> MetricsPage? {
    guard case .tcp(let host, let port) = metrics?.address else { return nil }
    return MetricsPage(host: host, port: port, store: store, engines: engines, logger: logger)
  }

  /// The address as clients are told it.
  private func name(of address: Address) -> String {
    switch address {
    case .tcp: tls == nil ? "\(address)" : "tls:\(address)"
    case .unix: "\(address)"
    }
  }

  /// Runs engines once the server listens, so that their start does not hold up its own.
  private func run(_ engines: Engines, beside server: Server) async {
    do {
      _ = try await server.boundAddresses
    } catch {
      return  // The server ends with this error.
    }
    await engines.run()
  }

  /// Answers submitted inferences, and keeps the store in order meanwhile.
  private func answer(_ worker: InferenceWorker, beside janitor: StoreJanitor) async {
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await janitor.run() }
      await worker.run()
      group.cancelAll()
    }
  }
}
