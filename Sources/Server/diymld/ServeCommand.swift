internal import ArgumentParser
internal import Foundation
internal import Logging
internal import RPCCore
internal import RPCTracing
internal import Services
internal import Store

/// The server.
struct ServeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve",
    abstract: "Serve accounts, projects, images, trainings, models and inference.",
    usage: "diymld [serve] --data DIR [OPTIONS]",
    discussion: """
      Prints one line "listening on ADDRESS" per address when it is ready, and logs to standard \
      error. SIGTERM or SIGINT stops it softly: it takes no new calls, finishes the open ones, \
      and marks a training that runs as failed. A second signal stops it at once.

      With --tls-cert and --tls-key, all TCP addresses speak TLS, and SIGHUP makes the server read \
      the files again, for new connections; without them SIGHUP does nothing.

      Example: diymld --data ~/diyml --listen 127.0.0.1:7001
      """)

  @Option(help: "The folder that holds everything; made when it is missing.")
  var data: String

  @Option(
    help: """
      Where to listen: 127.0.0.1:7001, [::1]:7001 or unix:PATH; may be given several times. \
      Port 0 lets the system choose. (default: 127.0.0.1:7001)
      """,
    transform: Self.listenAddress)
  var listen: [ListenAddress] = []

  @Option(help: "The engine's program. (default: diyml-engine beside this program)")
  var engine: String?

  @Option(
    help: """
      The backbone's weights. (default: $DIYML_WEIGHTS, or efficientnet-lite0.safetensors in \
      share/diyml beside this program's folder, or where `make setup` puts it)
      """)
  var weights: String?

  @Option(
    help: "Show metrics to Prometheus over HTTP at this local address, such as 127.0.0.1:9100.",
    transform: Self.listenAddress)
  var metrics: ListenAddress?

  @Option(
    help: """
      Add a line of JSON to this file for each call, and each call to an engine, with its place in \
      the caller's trace (W3C) or in a new one.
      """)
  var traceLog: String?

  @Option(help: "Trainings that run at once: 1 to 64.")
  var trainingJobs = 1

  @Option(help: "Images that a project may have: 1 to 10000000.")
  var projectImagesMax: UInt64 = 1_000_000

  @Option(help: "Days for which files that nothing refers to stay in the trash: 1 to 3650.")
  var trashDays = 14

  @Option(
    help: "Days in which every stored object is read once, to find damage: 0, for never, to 3650.")
  var scrubDays = 30

  @Flag(
    help: """
      Take the folder's database as it is, or begin a new one, although the folder has been used \
      with another. What the database does not know is moved to the trash.
      """)
  var newStore = false

  @Option(help: "Seconds that open calls may take to finish when the server stops: 0 to 3600.")
  var drainSeconds = 10

  @Option(help: "The server's certificate and those between it and its authority, as a PEM file.")
  var tlsCert: String?

  @Option(help: "The private key of --tls-cert, as a PEM file.")
  var tlsKey: String?

  @Option(
    help: "Turn away clients whose certificate is not signed by an authority in this PEM file.")
  var tlsClientCa: String?

  @Flag(help: "Listen on addresses that other machines reach, although there is no TLS.")
  var insecure = false

  @Option(
    help: "The least that is logged: \(Self.logLevels). (default: info)",
    transform: Self.logLevel)
  var logLevel = Logger.Level.info

  func validate() throws {
    guard !data.isEmpty else { throw ValidationError("--data is empty") }
    guard (1...64).contains(trainingJobs) else {
      throw ValidationError("--training-jobs is \(trainingJobs); it must be 1 to 64")
    }
    guard (1...3_650).contains(trashDays) else {
      throw ValidationError("--trash-days is \(trashDays); it must be 1 to 3650")
    }
    guard (0...3_650).contains(scrubDays) else {
      throw ValidationError("--scrub-days is \(scrubDays); it must be 0 to 3650")
    }
    guard StoreLimits.projectImagesRange.contains(projectImagesMax) else {
      throw ValidationError(
        "--project-images-max is \(projectImagesMax); it must be 1 to 10000000")
    }
    guard (0...3_600).contains(drainSeconds) else {
      throw ValidationError("--drain-seconds is \(drainSeconds); it must be 0 to 3600")
    }
    if let metrics {
      guard case .tcp = metrics.address, metrics.isLocal else {
        throw ValidationError(
          "--metrics is \(metrics.address); it asks nobody who they are, so it must be HOST:PORT"
            + " with an address of this machine alone")
      }
    }
    guard (tlsCert == nil) == (tlsKey == nil) else {
      throw ValidationError("--tls-cert and --tls-key belong together")
    }
    guard tlsClientCa == nil || tlsCert != nil else {
      throw ValidationError("--tls-client-ca needs --tls-cert and --tls-key")
    }
    if !insecure, tls == nil, let open = listen.first(where: { !$0.isLocal }) {
      throw ValidationError(
        "\(open.address) can be reached from other machines and this server has no TLS: give"
          + " --tls-cert and --tls-key, listen on 127.0.0.1, or say --insecure")
    }
  }

  private var tls: TLSServerConfiguration? {
    guard let tlsCert, let tlsKey else { return nil }
    return TLSServerConfiguration(
      certificate: TLSCertificateFiles(chain: tlsCert, key: tlsKey),
      clientAuthorities: tlsClientCa)
  }

  func run() async throws {
    // The terminal's end is not the server's, not even while it starts.
    signal(SIGHUP, SIG_IGN)
    LargeBlocks.reuse()
    umask(0o077)
    LoggingSystem.bootstrap(
      { label, provider in
        var handler = StreamLogHandler.standardError(label: label, metadataProvider: provider)
        handler.logLevel = logLevel
        return handler
      }, metadataProvider: Self.requestOfTheCall)
    let files = try InstalledFiles()
    let program = ServerProgram(
      dataFolder: URL(filePath: data).path(percentEncoded: false),
      addresses: listen.isEmpty ? [try ListenAddress("127.0.0.1:7001")] : listen,
      engine: try files.engine(given: engine),
      weights: try files.weights(
        given: weights, environment: ProcessInfo.processInfo.environment),
      tls: tls, metrics: metrics,
      spans: try traceLog.map {
        try SpanFile(path: absolute($0), service: "diymld", logger: Logger(label: "diymld"))
      },
      traceLog: traceLog.map(absolute), trainingJobs: trainingJobs,
      storeLimits: storeLimits, janitor: janitor, isNewStore: newStore,
      drainTime: .seconds(drainSeconds))
    try await program.run()
  }

  private var storeLimits: StoreLimits {
    var limits = StoreLimits()
    limits.projectImagesMax = projectImagesMax
    return limits
  }

  private var janitor: StoreJanitor.Configuration {
    var configuration = StoreJanitor.Configuration()
    configuration.trashDays = trashDays
    configuration.scrubDays = scrubDays
    return configuration
  }

  /// Engines do not start in this program's folder.
  private func absolute(_ path: String) -> String {
    URL(filePath: path).absoluteURL.path(percentEncoded: false)
  }

  /// Names the call within which something is logged, in every line.
  private static let requestOfTheCall = Logger.MetadataProvider {
    ServerContext.current.map { ["request": "\($0.requestID)"] } ?? [:]
  }

  private static func listenAddress(_ text: String) throws -> ListenAddress {
    do {
      return try ListenAddress(text)
    } catch {
      throw ValidationError("\(error)")
    }
  }

  private static let logLevels = Logger.Level.allCases.map(\.rawValue).joined(separator: ", ")

  private static func logLevel(_ text: String) throws -> Logger.Level {
    guard let level = Logger.Level(rawValue: text) else {
      throw ValidationError("'\(text)' is none of \(logLevels)")
    }
    return level
  }
}
