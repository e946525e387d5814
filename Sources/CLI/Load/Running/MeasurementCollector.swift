/// Puts together what callers record: all of it, slice by slice, and in ten blocks of time that show
/// how much the figures vary within the run.
struct MeasurementCollector {
  static let blockCount = 10

  private let recorders: [Recorder]
  private var spare: Tally
  private var slice: Tally
  private(set) var total: Tally
  private(set) var slices: [LoadReport.Moment] = []
  private(set) var blocks: [LatencyHistogram]

  init(recorders: [Recorder], methods: Int) {
    self.recorders = recorders
    spare = Tally(methods: methods)
    slice = Tally(methods: methods)
    total = Tally(methods: methods)
    blocks = Array(repeating: LatencyHistogram(), count: Self.blockCount)
  }

  /// Takes over what was recorded since the last time.
  mutating func collect() {
    for recorder in recorders { recorder.collect(into: &slice, spare: &spare) }
  }

  /// What was recorded since the last slice ended.
  var open: Tally { slice }

  /// Drops the open slice's completions: they belong to the warm-up.
  mutating func endWarmUp() {
    collect()
    slice.completed = 0
  }

  /// Ends a slice; `block` is the block of time it lies in, `nil` after the measured time.
  mutating func endSlice(
    from start: Double, to end: Double, block: Int?, backlog: Int, server: ServerMonitor.Sample?
  ) {
    collect()
    let latencies = slice.allLatencies
    if let block { blocks[min(block, Self.blockCount - 1)].add(latencies) }
    slices.append(
      LoadReport.Moment(
        start: start, end: end, callsPerSecond: Double(slice.completed) / max(end - start, 1e-9),
        failed: slice.failedCount, p50Milliseconds: latencies.milliseconds(at: 50),
        p99Milliseconds: latencies.milliseconds(at: 99),
        maxMilliseconds: latencies.maxMilliseconds, backlog: backlog, serverCores: server?.cores,
        serverMemoryBytes: server?.memoryBytes))
    close()
  }

  /// Adds what is left, such as calls that ended after the measured time, to the total.
  mutating func finish() {
    collect()
    close()
  }

  private mutating func close() {
    total.add(slice)
    slice.reset()
  }
}
