internal import API
internal import ArgumentParser
internal import Engine
internal import Foundation
internal import Logging
internal import RPCCore
internal import RPCServer
internal import RPCTracing

/// The program behind `diymld` that decodes, trains and infers; people need not start it.
@main struct EngineCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "diyml-engine",
    abstract: "Decodes images, trains models and infers, for a diymld that started it.",
    discussion: """
      Serves diyml.engine.v1 on a Unix socket and prints "ready" once it listens. Ends when its \
      standard input does, and drains on SIGTERM.
      """)

  @Option(help: "The path of the socket to make.") var socket: String
  @Option(help: "The folder of stored objects.") var objects: String
  @Option(help: "The folder of files that are not objects yet.") var staging: String
  @Option(help: "The backbone's weights (safetensors).") var backbone: String
  @Option(help: "Bytes of the largest object that the store holds.") var objectBytesMax: Int
  @Option(help: "How far to give way to other programs: 0 to 19.") var nice: Int32 = 0
  @Option(help: "Threads of one tensor operation: 1 to 64.") var threads = 2
  @Option(help: "Freed tensor memory to keep, in MiB.") var cacheMebibytes = 384
  @Option(help: "Add a line of JSON to this file for each call that is part of a trace.")
  var traceLog: String?

  func validate() throws {
    for (name, value, most) in [
      ("object-bytes-max", objectBytesMax, 1...1 << 30), ("nice", Int(nice), 0...19),
      ("threads", threads, 1...64), ("cache-mebibytes", cacheMebibytes, 0...65_536),
    ] where !most.contains(value) {
      throw ValidationError(
        "--\(name) is \(value); it must be \(most.lowerBound) to \(most.upperBound)")
    }
  }

  func run() async throws {
    Lifeline.endWithStandardInput()
    umask(0o077)
    try Priority.setNice(nice)
    LoggingSystem.bootstrap(StreamLogHandler.standardError)
    var configuration = EngineConfiguration()
    configuration.computingThreads = threads
    configuration.tensorCacheBytesMax = cacheMebibytes << 20
    try configuration.apply()
    let folders = EngineFolders(
      objects: objects, staging: staging, backbone: backbone, objectBytesMax: objectBytesMax)
    let vision = VisionProvider(folders: folders, configuration: configuration)
    let trainer = TrainerProvider(folders: folders, configuration: configuration)
    let spans = try traceLog.map {
      try SpanFile(path: $0, service: "diyml-engine", logger: Logger(label: "diyml.engine"))
    }
    try await serve(
      vision.routes + trainer.routes,
      interceptors: spans.map { [ServerTracing(tracer: SpanLog(write: $0.write))] } ?? [])
    await spans?.flush()
  }
}
