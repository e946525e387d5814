import BoxMetrics
import Testing

struct BoxTests {
  static let square = Box(xMin: 0, yMin: 0, xMax: 10, yMax: 10)

  @Test(
    arguments: [
      (square, 1), (Box(xMin: 0, yMin: 0, xMax: 10, yMax: 5), 0.5),
      (Box(xMin: 5, yMin: 5, xMax: 15, yMax: 15), 25.0 / 175),
      (Box(xMin: 10, yMin: 0, xMax: 20, yMax: 10), 0), (Box(xMin: 3, yMin: 3, xMax: 3, yMax: 3), 0),
      (Box(xMin: 11, yMin: 11, xMax: 12, yMax: 12), 0),
    ] as [(Box, Double)])
  func `overlap is intersection over union, both ways`(other: Box, expected: Double) {
    #expect(Self.square.overlap(with: other) == expected)
    #expect(other.overlap(with: Self.square) == expected)
  }

  @Test func `coverage is the part of the box itself`() {
    let small = Box(xMin: 8, yMin: 0, xMax: 12, yMax: 10)
    #expect(small.coverage(by: Self.square) == 0.5)
    #expect(Self.square.coverage(by: small) == 0.2)
  }
}
