import Foundation
import RPCCore
import SeededRandom
import TestSupport
import Testing

@testable import LoadKit

@Suite struct `Latencies` {
  @Test(arguments: 0..<5 as Range<UInt64>)
  func `keep three digits of each percentile`(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var histogram = LatencyHistogram()
    let values = (0..<20_000).map { _ in
      Int64(exp(Double.random(in: log(1_000)...log(5e9), using: &random)))
    }
    values.forEach { histogram.record($0) }
    let sorted = values.sorted()
    for percentile in LoadReport.percentiles {
      let rank = Int((percentile / 100 * Double(sorted.count)).rounded(.up))
      // Where a percentile falls between two calls, either will do.
      let exact = Double(sorted[rank - 2])...Double(sorted[min(rank, sorted.count - 1)])
      let value = Double(histogram.value(at: percentile))
      #expect(value > exact.lowerBound * 0.999 && value < exact.upperBound * 1.002)
    }
    let sum = values.reduce(0.0) { $0 + Double($1) }
    #expect(abs(histogram.mean / (sum / 20_000) - 1) < 1e-9)
  }

  @Test(arguments: [
    (Int64(-5), UInt64(0)), (0, 0), (1, 1),
    (Int64(LatencyHistogram.nanosecondsMax), LatencyHistogram.nanosecondsMax),
    (Int64(LatencyHistogram.nanosecondsMax) + 1, LatencyHistogram.nanosecondsMax),
    (.max, LatencyHistogram.nanosecondsMax),
  ])
  func `are kept within bounds`(nanoseconds: Int64, recorded: UInt64) {
    var histogram = LatencyHistogram()
    histogram.record(nanoseconds)
    #expect(histogram.count == 1)
    #expect(abs(Double(histogram.max) - Double(recorded)) <= 0.001 * Double(recorded))
  }

  @Test func `of nothing are nothing`() {
    let histogram = LatencyHistogram()
    #expect(histogram.value(at: 99) == 0 && histogram.max == 0 && histogram.mean == 0)
  }
}

@Suite struct `A tally` {
  @Test func `counts calls that timed out among the latencies, and no other failures`() {
    var tally = Tally(methods: 2)
    tally.record(.succeeded(Traffic()), method: 0, latency: 1_000, delay: nil)
    tally.record(.failed(Status(.deadlineExceeded, "late")), method: 1, latency: 9_000, delay: nil)
    tally.record(.failed(Status(.notFound, "gone")), method: 1, latency: 5, delay: 7)
    tally.record(.unfinished, method: 0, latency: 2_000, delay: nil)
    #expect(tally.latencies.map(\.count) == [2, 1])
    #expect(tally.succeeded == [1, 0] && tally.failed == [0, 2] && tally.unfinished == 1)
    #expect(tally.failures[.notFound]?.example == "gone")
    #expect(tally.delays.count == 1)
  }

  @Test func `of several recorders is their sum, taken once`() {
    let recorders = [Recorder(methods: 1), Recorder(methods: 1)]
    var collector = MeasurementCollector(recorders: recorders, methods: 1)
    for (index, recorder) in recorders.enumerated() {
      for _ in 0...index {
        recorder.record(.succeeded(Traffic()), method: 0, latency: 10, delay: nil)
        recorder.record(.failed(Status(.internal, "x")), method: 0, latency: 10, delay: nil)
      }
    }
    collector.endSlice(from: 0, to: 1, block: 0, backlog: 3, server: nil)
    recorders[0].recordWarmUp(.succeeded(Traffic()))
    collector.finish()
    #expect(collector.total.succeededCount == 3)
    #expect(collector.total.failures[.internal]?.count == 3)
    #expect(collector.total.warmUp == 1)
    #expect(collector.slices.map(\.completed) == [3])
    #expect(collector.blocks.map(\.count).reduce(0, +) == 3)
  }

  @Test(arguments: [0.1, 0.5, 1, 3.3, 10, 60, 86_400])
  func `is cut into slices that fit ten blocks`(duration: Double) {
    let (perSlice, seconds) = Sampler.ticks(duration: duration)
    let slices = duration / seconds / Double(perSlice)
    #expect(abs(slices / 10 - (slices / 10).rounded()) < 1e-6 && slices >= 9.99 && slices <= 50.01)
    #expect(seconds <= 0.5 + 1e-9)
  }
}

@Suite struct `The server's processes` {
  /// A folder like /proc with a server 10, its child 20, and that one's child 30.
  private func folder() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    for (pid, name, ticks, children) in [
      (10, "diy (ml)d", 200, "20 "), (20, "engine", 50, "30"), (30, "x", 1, ""),
    ] {
      let stat =
        "\(pid) (\(name)) S 1 1 1 0 -1 4194560 5 0 0 0 \(ticks) \(ticks) 0 0 20 0 1 0 9 1000 \(pid) 18446744073709551615\n"
      try write(stat, to: "\(pid)/stat", in: folder)
      try write(children, to: "\(pid)/task/\(pid)/children", in: folder)
    }
    let header =
      "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
    try write(
      header
        + "   0: 0100007F:1B59 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 777 1\n"
        + "   1: 0100007F:1B59 0100007F:9999 01 00000000:00000000 00:00000000 00000000     0        0 778 1\n",
      to: "net/tcp", in: folder)
    try write(
      "Num       RefCount Protocol Flags    Type St Inode Path\n"
        + "0000: 00000002 00000000 00010000 0001 01 888 /run/a b.sock\n"
        + "0000: 00000003 00000000 00000000 0001 03 889 /run/a b.sock\n",
      to: "net/unix", in: folder)
    try FileManager.default.createDirectory(
      atPath: folder.path + "/10/fd", withIntermediateDirectories: true)
    for (number, inode) in [(3, 777), (4, 888)] {
      try FileManager.default.createSymbolicLink(
        atPath: folder.path + "/10/fd/\(number)", withDestinationPath: "socket:[\(inode)]")
    }
    return folder
  }

  private func write(_ text: String, to path: String, in folder: TemporaryFolder) throws {
    let url = URL(fileURLWithPath: folder.path + "/" + path)
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: url)
  }

  @Test func `are found by port and by path, and told apart from their clients`() throws {
    let folder = try folder()
    let files = ProcessFiles(root: folder.path, ticksPerSecond: 100, pageBytes: 4096)
    #expect(files.listeners(onPort: 7001) == ["777"])
    #expect(files.listeners(onPort: 7002).isEmpty)
    let tcp = ServerMonitor.pid(listeningAt: .tcp(host: "127.0.0.1", port: 7001), files: files)
    let unix = ServerMonitor.pid(listeningAt: .unix(path: "/run/a b.sock"), files: files)
    let far = ServerMonitor.pid(listeningAt: .tcp(host: "example.org", port: 7001), files: files)
    #expect(tcp == 10 && unix == 10 && far == nil)
  }

  @Test func `are counted with their children, whatever they are called`() throws {
    let folder = try folder()
    let files = ProcessFiles(root: folder.path, ticksPerSecond: 100, pageBytes: 4096)
    #expect(files.family(of: 10) == [10, 20, 30])
    #expect(
      files.usage(of: 10)
        == ProcessFiles.Usage(name: "diy (ml)d", processorSeconds: 4, memoryBytes: 40_960))
    #expect(files.usage(of: 11) == nil)
  }

  @Test func `are sampled by what they used since the last time`() throws {
    let folder = try folder()
    let files = ProcessFiles(root: folder.path, ticksPerSecond: 100, pageBytes: 4096)
    let start = ContinuousClock.now
    var monitor = try #require(ServerMonitor(pid: 10, files: files, at: start))
    let stat = "20 (engine) S 1 1 1 0 -1 4194560 5 0 0 0 150 50 0 0 20 0 1 0 9 1000 20 1\n"
    try write(stat, to: "20/stat", in: folder)
    let sample = monitor.sample(at: start + .seconds(2))
    #expect(sample.cores == 0.5)
    #expect(sample.memoryBytes == 60 * 4096)
    #expect(monitor.totals[20]?.processorSeconds == 1)
    #expect(monitor.sample(at: start + .seconds(3)).cores == 0)
  }

  @Test func `are none where there is no such process`() throws {
    let folder = try folder()
    #expect(ServerMonitor(pid: 99, files: ProcessFiles(root: folder.path)) == nil)
  }
}
