import CommandLineKit
import Drawing

/// A report as lines for people.
struct ReportText {
  let report: LoadReport
  let palette: Palette

  var lines: [String] {
    [headline] + [callLine, failedLine].compactMap(\.self) + failures + latencyLines + methodLines
      + openLoopLines + [trafficLine, serverLine, generatorLine].compactMap(\.self) + warnings
  }

  private var headline: String {
    let setup = report.setup
    let methods =
      setup.methods.count == 1
      ? setup.methods[0].method : "a mix of \(setup.methods.count) methods"
    let pace =
      setup.rate.map { "open loop, \(NumberFormat.digits($0)) calls/s" } ?? "closed loop"
    let connections = Format.count(setup.connections, "connection")
    let time = "\(NumberFormat.digits(report.measuredSeconds)) s measured"
    return palette.bold(methods)
      + " at \(setup.server): \(pace), \(connections) x \(Format.count(setup.streams, "stream")), \(time)"
  }

  private func line(_ label: String, _ text: String) -> String {
    label + String(repeating: " ", count: max(1, 12 - label.count)) + text
  }

  private var callLine: String? {
    let rate = report.callsPerSecond
    let spread = NumberFormat.spread(rate).map { " (\($0))" } ?? ""
    let succeeded = NumberFormat.grouped(Double(report.calls.succeeded))
    return line(
      "calls", "\(succeeded) succeeded, \(NumberFormat.digits(rate.value)) per second\(spread)")
  }

  private var failedLine: String? {
    guard report.calls.failed > 0 || report.calls.unfinished > 0 else { return nil }
    let failed = NumberFormat.grouped(Double(report.calls.failed))
    let unfinished = report.calls.unfinished
    let rest = unfinished > 0 ? ", \(unfinished) under way at the end" : ""
    return line("failed", palette.red("\(failed) failed") + rest)
  }

  private var failures: [String] {
    report.failures.map { failure in
      let count = NumberFormat.grouped(Double(failure.count))
      return line("", "\(count) \(failure.code): \(TextWidth.printable(failure.example))")
    }
  }

  private var latencyLines: [String] {
    let latency = report.latency
    guard latency.count > 0 else { return [line("latency", "no call was answered")] }
    let figures =
      latency.percentiles.map {
        (NumberFormat.percentile($0.percentile), $0.milliseconds.value)
      } + [("max", latency.maxMilliseconds), ("mean", latency.meanMilliseconds)]
    let cells = figures.map { (name: $0, value: NumberFormat.latency(milliseconds: $1)) }
    let width = cells.map { max($0.name.count, $0.value.count) }.max() ?? 0
    func row(_ texts: [String]) -> String {
      texts.map { TextWidth.pad($0, to: width + 2, trailing: true) }.joined()
    }
    return [
      line("latency", String(row(cells.map(\.name)).dropFirst(2))),
      line("", String(row(cells.map(\.value)).dropFirst(2))),
    ]
  }

  private var methodLines: [String] {
    guard report.methods.count > 1 else { return [] }
    var table = Table([
      Table.Column("method"), Table.Column("weight", isNumeric: true),
      Table.Column("succeeded", isNumeric: true), Table.Column("failed", isNumeric: true),
      Table.Column("p50", isNumeric: true), Table.Column("p99", isNumeric: true),
      Table.Column("max", isNumeric: true),
    ])
    for method in report.methods {
      table.append([
        method.method, "\(method.weight)", NumberFormat.grouped(Double(method.succeeded)),
        NumberFormat.grouped(Double(method.failed)),
        NumberFormat.latency(milliseconds: method.p50Milliseconds),
        NumberFormat.latency(milliseconds: method.p99Milliseconds),
        NumberFormat.latency(milliseconds: method.maxMilliseconds),
      ])
    }
    return [""] + table.lines(palette: palette) + [""]
  }

  private var openLoopLines: [String] {
    guard let loop = report.openLoop else { return [] }
    let due = NumberFormat.grouped(Double(loop.scheduled))
    let sent = NumberFormat.grouped(Double(loop.sent))
    let delays = [
      loop.delayMedianMilliseconds, loop.delayP99Milliseconds, loop.delayMaxMilliseconds,
    ].map { NumberFormat.latency(milliseconds: $0) }
    return [
      line(
        "schedule",
        "\(due) due, \(sent) sent, \(NumberFormat.grouped(Double(loop.neverSent))) never sent;"
          + " backlog \(NumberFormat.grouped(Double(loop.backlogMax))) at most"),
      line("", "started late by p50 \(delays[0]), p99 \(delays[1]), max \(delays[2])"),
    ]
  }

  private var trafficLine: String? {
    let traffic = report.traffic
    func bytes(_ value: Double) -> String { Format.bytes(UInt64(max(0, value))) }
    return line(
      "messages",
      "\(NumberFormat.digits(traffic.messagesSentPerSecond))/s out (\(bytes(traffic.bytesSentPerSecond))/s), "
        + "\(NumberFormat.digits(traffic.messagesReceivedPerSecond))/s in (\(bytes(traffic.bytesReceivedPerSecond))/s)"
    )
  }

  private var serverLine: String? {
    guard let server = report.server else {
      return line("server", "processor and memory unknown: --server-pid tells its process")
    }
    let processes = server.processes.map { process in
      "\(TextWidth.printable(process.name)) (\(process.pid)) \(NumberFormat.digits(process.cores)) cores, "
        + Format.bytes(UInt64(process.memoryBytesMax))
    }
    return line("server", processes.joined(separator: "; "))
  }

  private var generatorLine: String? {
    line(
      "generator",
      "\(NumberFormat.digits(report.generatorCores)) of the machine's "
        + Format.count(report.machineCores, "core"))
  }

  private var warnings: [String] {
    var warnings: [String] = []
    if let loop = report.openLoop, !loop.isKept {
      let share = Format.percent(Double(loop.sent) / Double(max(1, loop.scheduled)))
      warnings.append(
        "the rate was not kept: \(share) of the calls that were due were sent; the latencies are"
          + " those of the calls that were, and the server's own limits or --connections and"
          + " --streams may be the cause")
    }
    if report.wasInterrupted { warnings.append("interrupted: these are the results so far") }
    return warnings.map { palette.yellow("warning: ") + $0 }
  }
}
