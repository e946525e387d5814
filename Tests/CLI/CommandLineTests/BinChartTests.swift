import API
import Testing

@testable import CommandLineKit

@Suite struct `Ranges of counts` {
  @Test(arguments: [
    (ProjectAnalysis.Bin(start: 0, end: 1), "0", "below 1"),
    (.init(start: 3, end: 5), "3–4", "3–5"), (.init(start: 0.5, end: 0.8), "0", "0.5–0.8"),
    (.init(start: 1024, end: 2048), "1,024–2,047", "1024–2048"),
    (.init(start: 100), "100 or more", "100 or more"),
  ])
  func `are told in words`(bin: ProjectAnalysis.Bin, whole: String, ratio: String) {
    #expect(BinChart.ratio(bin) == ratio)
    if bin.start == bin.start.rounded() { #expect(BinChart.whole(bin) == whole) }
  }

  @Test func `of parts are percents`() {
    #expect(BinChart.percent(.init(start: 0, end: 0.02)) == "below 2 %")
    #expect(BinChart.percent(.init(start: 0.35, end: 0.5)) == "35–50 %")
    #expect(BinChart.percent(.init(start: 0.75)) == "75 % or more")
  }
}
