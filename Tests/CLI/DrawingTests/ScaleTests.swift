import Foundation
import Testing

@testable import Drawing

@Suite struct `A scale` {
  @Test(arguments: [0.3, 1, 9.99, 10, 123, 5_000, 1e6])
  func `from nothing reaches the largest value with a few round marks`(max: Double) {
    let scale = Scale.linear(max: max) { "\($0)" }
    #expect((2...7).contains(scale.ticks.count))
    #expect(scale.place(max) <= 1 && scale.place(max) > 0.5 && scale.place(0) == 0)
  }

  @Test(arguments: [(0.1, 0.1), (0.1, 0.2), (0.001, 10_000), (0.5, 60)])
  func `of powers holds its range and keeps its marks apart`(low: Double, high: Double) {
    let scale = Scale.logarithmic(low...high) { "\($0)" }
    #expect(scale.place(low) > 0 && scale.place(high) < 1)
    #expect((2...13).contains(scale.ticks.count))
    let places = scale.ticks.map { scale.place($0.value) }
    #expect(zip(places, places.dropFirst()).allSatisfy { $1 - $0 > 0.04 })
  }

  @Test func `of percentiles comes ten times closer with each mark`() {
    let scale = Scale.percentile(max: 99.99)
    #expect(scale.ticks.map(\.label) == ["0 %", "50 %", "90 %", "99 %", "99.9 %", "99.99 %"])
    #expect(abs(scale.place(99) - 0.5) < 1e-9 && scale.place(100) == 1)
  }
}
