import Drawing
import Foundation
import RPCCore
import Testing

@testable import LoadKit

@Suite struct `A comparison` {
  private func figure(_ value: Double, _ half: Double?) -> LoadReport.Figure {
    LoadReport.Figure(value: value, low: half.map { value - $0 }, high: half.map { value + $0 })
  }

  @Test(arguments: [
    (100.0, 1.0, 104.0, 1.0, Comparison.Verdict.worse), (100, 1, 96, 1, .better),
    (100, 1, 102, 1, .noise), (100, 3, 104, 4, .noise), (100, 3, 105.1, 4, .worse),
    (100, 0, 103, 0, .noise), (100, 0, 103.1, 0, .worse),
  ])
  func `tells a change from noise`(
    old: Double, oldHalf: Double, new: Double, newHalf: Double, verdict: Comparison.Verdict
  ) {
    let judged = Comparison.verdict(
      figure(old, oldHalf), figure(new, newHalf), moreIsBetter: false)
    #expect(judged == verdict)
  }

  @Test func `knows whether more is better`() {
    let judged = Comparison.verdict(figure(100, 1), figure(200, 1), moreIsBetter: true)
    #expect(judged == .better)
  }

  @Test func `judges nothing that has no range`() {
    let judged = Comparison.verdict(figure(100, nil), figure(200, 1), moreIsBetter: true)
    #expect(judged == .unknown)
  }
}

@Suite struct `A figure` {
  @Test func `has the range in which its blocks would put it`() {
    let figure = LoadReport.Figure(10, blocks: [9, 10, 11])
    // 9.92 * 1 / sqrt(3)
    #expect(abs((figure.high ?? 0) - 15.727) < 0.01 && abs((figure.low ?? 0) - 4.273) < 0.01)
  }

  @Test(arguments: [[], [1], [1, 2]] as [[Double]])
  func `has none where too little was measured`(blocks: [Double]) {
    let figure = LoadReport.Figure(1, blocks: blocks)
    #expect(figure.low == nil && figure.high == nil)
  }

  @Test func `is never below nothing`() {
    #expect(LoadReport.Figure(1, blocks: [0, 0, 3]).low == 0)
  }
}

@Suite struct `NumberFormat of a load run` {
  @Test(arguments: [
    (0.0, "0"), (0.000_85, "850 ns"), (0.0123, "12.3 µs"), (1.234, "1.23 ms"), (99.94, "99.9 ms"),
    (999.4, "999 ms"), (4_560, "4.56 s"), (123_456, "123 s"),
  ])
  func `have three digits and a unit`(milliseconds: Double, text: String) {
    #expect(NumberFormat.latency(milliseconds: milliseconds) == text)
  }

  @Test(arguments: [
    (0.0, "0"), (999, "999"), (1_000, "1,000"), (1_234_567.4, "1,234,567"), (-12_345, "-12,345"),
    (.nan, "-"), (.infinity, "-"),
  ])
  func `are grouped`(value: Double, text: String) {
    #expect(NumberFormat.grouped(value) == text)
  }
}

@Suite struct `A drawing` {
  @Test func `of a run without an answer says so`() {
    let plan = LoadPlan(entries: [])
    let report = LoadReport(
      LoadRun.Result(
        findings: Sampler.Findings(collector: MeasurementCollector(recorders: [], methods: 0)),
        schedule: nil, wasInterrupted: true, serverPID: nil),
      of: plan, at: .unix(path: "x"), startedAt: .now)
    #expect(LoadPlot([report]).svg.contains("no call was answered"))
    #expect(LoadPlot([report, report]).svg.contains("second run"))
  }
}
