import ArgumentParser
import Codec
import CommandLineKit
import Foundation
import RPCCore

/// What each call sends.
struct RequestOptions: ParsableArguments, Sendable {
  @Option(
    help: ArgumentHelp(
      "The request as JSON; an array of them for a call with several messages.",
      valueName: "json"))
  var request: String?

  @Option(help: ArgumentHelp("A file with such JSON.", valueName: "file"))
  var requestFile: String?

  @Option(
    help: ArgumentHelp(
      "Sets a field of the request, to text or to a file's bytes: image=@cat.jpg.",
      valueName: "name=value"))
  var field: [String] = []

  @Option(
    help: ArgumentHelp(
      "A file with a message as protobuf bytes; again for each further message of a call.",
      valueName: "file"))
  var requestBytes: [String] = []

  @Option(
    help: ArgumentHelp(
      "Messages that each call of a streaming method sends: those given, in turn.",
      valueName: "count"))
  var messages: Int?

  /// Whether anything is given.
  var isEmpty: Bool {
    request == nil && requestFile == nil && field.isEmpty && requestBytes.isEmpty && messages == nil
  }

  /// The messages of a call of `found`.
  func messages(for found: EmptyRoutes.Described) throws -> [Bytes] {
    var source = RequestSource()
    if let request {
      source.objects = try RequestJSON.objects(Bytes(Array(request.utf8)), from: "--request")
    }
    source.file = requestFile
    source.fields = field
    source.bytesFiles = requestBytes
    return try Messages.forCall(
      of: found.method, try source.messages(as: found.request), count: messages)
  }
}

/// How much load, and for how long.
struct PlanOptions: ParsableArguments, Sendable {
  @Option(help: ArgumentHelp("Connections: 1 to 10,000.", valueName: "count"))
  var connections = 1

  @Option(
    help: ArgumentHelp(
      "Calls in flight on each connection, at most: 1 to 10,000.", valueName: "count"))
  var streams = 1

  @Option(
    help: ArgumentHelp(
      "Calls to start each second, over all connections (an open loop).",
      discussion: """
        Latency then counts from when a call was to start, whether or not a connection was free for \
        it. Without a rate each caller makes its next call when the last one has ended (a closed \
        loop).
        """, valueName: "calls"))
  var rate: Double?

  @Option(help: ArgumentHelp("Measured time: 0.1 to 86,400.", valueName: "seconds"))
  var duration = 10.0

  @Option(
    help: ArgumentHelp(
      "Time before it, whose calls are not measured (default: 1; 0 with --calls).",
      valueName: "seconds"))
  var warmUp: Double?

  @Option(
    help: ArgumentHelp(
      "Stop after so many calls, if the time is not up before.", valueName: "count"))
  var calls: Int?

  @Option(help: ArgumentHelp("Time that each call may take.", valueName: "seconds"))
  var timeout = 10.0

  @Option(help: "Chooses the order of a mix's methods; the same seed gives the same order.")
  var seed: UInt64 = 1

  func validate() throws {
    try check(connections, in: 1...PlanLimits.connectionsMax, "--connections")
    try check(streams, in: 1...PlanLimits.streamsMax, "--streams")
    try check(
      connections * streams, in: 1...PlanLimits.concurrencyMax, "--connections times --streams")
    if let rate {
      guard rate > 0.001, rate <= PlanLimits.callsPerSecondMax else {
        throw ValidationError(
          "--rate may be 0.001 to \(PlanLimits.callsPerSecondMax), not \(rate).")
      }
    }
    try check(duration, in: PlanLimits.durationRange, "--duration")
    if let warmUp { try check(warmUp, in: PlanLimits.warmUpRange, "--warm-up") }
    if let calls { try check(calls, in: 1...PlanLimits.callsMax, "--calls") }
    try check(timeout, in: PlanLimits.timeoutRange, "--timeout")
  }

  private func check<Value: Comparable>(
    _ value: Value, in range: ClosedRange<Value>, _ name: String
  ) throws {
    guard range.contains(value) else {
      throw ValidationError(
        "\(name) may be \(range.lowerBound) to \(range.upperBound), not \(value).")
    }
  }

  /// The plan of these options for the methods of `entries`.
  func plan(_ entries: [LoadPlan.Entry]) -> LoadPlan {
    var plan = LoadPlan(entries: entries)
    plan.connections = connections
    plan.streams = streams
    plan.callsPerSecond = rate
    plan.duration = .seconds(duration)
    plan.warmUp = .seconds(warmUp ?? (calls == nil ? 1 : 0))
    plan.callsMax = calls ?? PlanLimits.callsMax
    plan.timeout = .seconds(timeout)
    plan.seed = seed
    return plan
  }
}

/// Where the results go, beside standard output.
struct ResultOptions: ParsableArguments, Sendable {
  @Option(help: ArgumentHelp("Write the results to a file, for compare.", valueName: "file.json"))
  var save: String?

  @Option(
    help: ArgumentHelp(
      "Draw latency by percentile and everything over time.", valueName: "file.svg"))
  var plot: String?

  @Option(
    help: ArgumentHelp(
      "The server's process, if it is not found by its address.", valueName: "pid"))
  var serverPid: Int?

  func write(_ report: LoadReport) throws {
    if let save { try TextFile.write(try ResultJSON.document(report) + "\n", to: save) }
    if let plot { try TextFile.write(LoadPlot([report]).svg, to: plot) }
  }
}
