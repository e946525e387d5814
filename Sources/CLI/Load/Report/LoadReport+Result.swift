import Foundation
import RPCCore

extension LoadReport {
  /// Says what a run showed.
  init(_ result: LoadRun.Result, of plan: LoadPlan, at address: Address, startedAt: Date) {
    let findings = result.findings
    let collector = findings.collector
    let total = collector.total
    let latencies = total.allLatencies
    let seconds = findings.measuredSeconds
    self.startedAt = startedAt.formatted(Date.ISO8601FormatStyle())
    setup = Setup(
      server: "\(address)",
      methods: plan.entries.map { Setup.Method(method: $0.method.path, weight: $0.weight) },
      connections: plan.connections, streams: plan.streams, rate: plan.callsPerSecond,
      durationSeconds: plan.duration / .seconds(1), warmUpSeconds: plan.warmUp / .seconds(1),
      timeoutSeconds: plan.timeout / .seconds(1), seed: plan.seed)
    wasInterrupted = result.wasInterrupted
    measuredSeconds = seconds
    calls = Calls(
      succeeded: total.succeededCount, failed: total.failedCount, unfinished: total.unfinished,
      warmUp: total.warmUp)
    callsPerSecond = Self.throughput(collector.slices)
    latency = Latency(latencies, blocks: collector.blocks)
    openLoop = result.schedule.map {
      OpenLoop($0, plan, collector, isCutOff: result.wasInterrupted)
    }
    failures = total.failures.map { code, failures in
      Failure(code: "\(code)", count: failures.count, example: failures.example)
    }.sorted { ($1.count, $0.code) < ($0.count, $1.code) }
    methods = plan.entries.enumerated().map { index, entry in
      let latencies = total.latencies[index]
      return Method(
        method: entry.method.path, weight: entry.weight, succeeded: total.succeeded[index],
        failed: total.failed[index], p50Milliseconds: latencies.milliseconds(at: 50),
        p99Milliseconds: latencies.milliseconds(at: 99), maxMilliseconds: latencies.maxMilliseconds)
    }
    traffic = Traffic(total.traffic, seconds: seconds)
    server = findings.monitor.map { Server($0, seconds: seconds) }
    generatorCores = findings.generatorCores
    machineCores = ProcessInfo.processInfo.activeProcessorCount
    timeline = collector.slices
  }

  /// Calls that succeeded per second, over all slices.
  private static func throughput(_ slices: [Moment]) -> Figure {
    func rate(_ slices: ArraySlice<Moment>) -> Double {
      slices.reduce(0) { $0 + $1.completed } / slices.reduce(0) { $0 + $1.end - $1.start }
    }
    guard !slices.isEmpty else { return Figure(value: 0) }
    let size = max(1, slices.count / MeasurementCollector.blockCount)
    let blocks = stride(from: 0, through: slices.count - size, by: size)
    return Figure(rate(slices[...]), blocks: blocks.map { rate(slices[$0..<$0 + size]) })
  }
}

extension LoadReport.Figure {
  /// Student's t for 99 % of both sides, by degrees of freedom from 2 to 9.
  private static let tValues = [9.92, 5.84, 4.60, 4.03, 3.71, 3.50, 3.36, 3.25]

  /// A figure with its range, if at least three blocks of the run show how it varies.
  init(_ value: Double, blocks: [Double]) {
    guard blocks.count >= 3 else {
      self.init(value: value)
      return
    }
    let count = Double(blocks.count)
    let mean = blocks.reduce(0, +) / count
    let variance = blocks.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (count - 1)
    let half =
      Self.tValues[min(blocks.count - 3, Self.tValues.count - 1)] * (variance / count).squareRoot()
    self.init(value: value, low: max(0, value - half), high: value + half)
  }
}

extension LoadReport.Latency {
  init(_ latencies: LatencyHistogram, blocks: [LatencyHistogram]) {
    let full = blocks.filter { !$0.isEmpty }
    count = latencies.count
    minMilliseconds = Double(latencies.min) / 1e6
    meanMilliseconds = latencies.mean / 1e6
    maxMilliseconds = latencies.maxMilliseconds
    percentiles = LoadReport.percentiles.map { percentile in
      LoadReport.Percentile(
        percentile: percentile,
        milliseconds: LoadReport.Figure(
          latencies.milliseconds(at: percentile),
          blocks: full.map { $0.milliseconds(at: percentile) }))
    }
    curve = Self.curvePercentiles(count: latencies.count).map { percentile in
      LoadReport.Point(percentile: percentile, milliseconds: latencies.milliseconds(at: percentile))
    }
  }

  /// Percentiles ever closer to 100, as far as there are calls enough to tell them.
  private static func curvePercentiles(count: Int) -> [Double] {
    guard count > 0 else { return [] }
    var percentiles = [0.0]
    var rest = 100.0
    while rest > 100.0 / Double(count), rest > 1e-5 {
      for step in 1...18 { percentiles.append(100 - rest * (1 - 0.05 * Double(step))) }
      rest /= 10
    }
    return percentiles
  }
}

extension LoadReport.OpenLoop {
  init(_ schedule: Schedule, _ plan: LoadPlan, _ collector: MeasurementCollector, isCutOff: Bool) {
    let end = plan.warmUp + .seconds(collector.slices.last?.end ?? 0)
    let until = isCutOff ? min(end.nanoseconds, plan.total.nanoseconds) : plan.total.nanoseconds
    let warmUp = schedule.due(after: plan.warmUp.nanoseconds - 1)
    let delays = collector.total.delays
    scheduled = max(delays.count, schedule.due(after: until - 1) - warmUp)
    sent = delays.count
    neverSent = scheduled - sent
    backlogMax = collector.slices.map(\.backlog).max() ?? 0
    delayMedianMilliseconds = delays.milliseconds(at: 50)
    delayP99Milliseconds = delays.milliseconds(at: 99)
    delayMaxMilliseconds = delays.maxMilliseconds
  }
}

extension LoadReport.Traffic {
  init(_ traffic: LoadKit.Traffic, seconds: Double) {
    func rate(_ count: Int) -> Double { seconds > 0 ? Double(count) / seconds : 0 }
    messagesSentPerSecond = rate(traffic.messagesSent)
    messagesReceivedPerSecond = rate(traffic.messagesReceived)
    bytesSentPerSecond = rate(traffic.bytesSent)
    bytesReceivedPerSecond = rate(traffic.bytesReceived)
  }
}

extension LoadReport.Server {
  init(_ monitor: ServerMonitor, seconds: Double) {
    processes = monitor.totals.values.sorted { $0.pid < $1.pid }.map { total in
      LoadReport.Process(
        pid: total.pid, name: total.name,
        cores: seconds > 0 ? total.processorSeconds / seconds : 0,
        memoryBytesMax: total.memoryBytesMax)
    }
    cores = processes.reduce(0) { $0 + $1.cores }
    memoryBytesMax = monitor.memoryBytesMax
  }
}
