import API
import Testing

@testable import CommandLineKit

@Suite struct `Ranges of counts` {
  @Test(arguments: [
    (AnalyzeProjectResponse.Bin(from: 0, to: 1), "0", "below 1"),
    (.init(from: 3, to: 5), "3–4", "3–5"), (.init(from: 0.5, to: 0.8), "0", "0.5–0.8"),
    (.init(from: 1024, to: 2048), "1,024–2,047", "1024–2048"),
    (.init(from: 100), "100 or more", "100 or more"),
  ])
  func `are told in words`(bin: AnalyzeProjectResponse.Bin, whole: String, ratio: String) {
    #expect(BinChart.ratio(bin) == ratio)
    if bin.from == bin.from.rounded() { #expect(BinChart.whole(bin) == whole) }
  }

  @Test func `of parts are percents`() {
    #expect(BinChart.percent(.init(from: 0, to: 0.02)) == "below 2 %")
    #expect(BinChart.percent(.init(from: 0.35, to: 0.5)) == "35–50 %")
    #expect(BinChart.percent(.init(from: 0.75)) == "75 % or more")
  }
}
