import Foundation
import Testing

@testable import Model

/// Which points learn which object, on what a network might say.
struct TaskAlignmentTests {
  static let grid = PointGrid(inputSide: 64)

  /// An output in which each point says the box that `box` gives for it, and the class logits.
  static func output(
    classes: Int, logits: (Int) -> [Float], edges: (Int) -> SIMD4<Float>
  ) -> [Float] {
    (0..<grid.count).flatMap { point in
      let distances = BoxCoding.distances(
        to: edges(point), x: grid.x[point], y: grid.y[point], stride: grid.stride[point])
      return logits(point) + (0..<4).flatMap { run(distances[$0]) }
    }
  }

  /// Logits whose distribution has this mean: all on the two bins beside it.
  static func run(_ distance: Float) -> [Float] {
    var logits = [Float](repeating: -40, count: BoxCoding.bins)
    let low = Int(distance)
    let part = distance - Float(low)
    logits[low] = part < 1 ? log(1 - part) : -40
    logits[low + 1] = part > 0 ? log(part) : -40
    return logits
  }

  @Test func `the numbers of a point say the box they were made from`() {
    let edges: SIMD4<Float> = [3, 5, 50, 61]
    let output = Self.output(classes: 1, logits: { _ in [0] }, edges: { _ in edges })
    output.withUnsafeBufferPointer { output in
      let width = DetectionNetwork.width(classes: 1)
      for point in 0..<Self.grid.count {
        let (x, y) = (Self.grid.x[point], Self.grid.y[point])
        guard (3...50).contains(x), (5...61).contains(y), let base = output.baseAddress else {
          continue
        }
        let found = BoxCoding.edges(
          BoxCoding.distances(base + point * width + 1), x: x, y: y,
          stride: Self.grid.stride[point])
        for edge in 0..<4 { #expect(abs(found[edge] - edges[edge]) < 0.01) }
      }
    }
  }

  @Test func `points within an object learn it, the best aligned ten of them`() {
    let object = TaskAlignment.Object(edges: [0, 0, 64, 64], classIndex: 0)
    let output = Self.output(
      classes: 1, logits: { [$0 < 12 ? 2 : -2] }, edges: { _ in object.edges })
    let matches = TaskAlignment(grid: Self.grid, classes: 1).matches([object], output)
    #expect(matches.map(\.point) == Array(0..<10))
    // All say the box exactly and are equally sure: each shall score its overlap, 1.
    for match in matches { #expect(abs(match.score - 1) < 0.01) }
  }

  @Test func `the best point shall score its overlap, others as much less as they are aligned`() {
    let object = TaskAlignment.Object(edges: [0, 0, 16, 8], classIndex: 0)
    // Two points of stride 8 lie within: one says the object, one only its right half.
    let output = Self.output(
      classes: 1, logits: { _ in [0] },
      edges: { $0 == 1 ? [8, 0, 16, 8] : [0, 0, 16, 8] })
    let matches = TaskAlignment(grid: Self.grid, classes: 1).matches([object], output)
    #expect(matches.map(\.point) == [0, 1])
    #expect(abs(matches[0].score - 1) < 0.01)
    #expect(abs(matches[1].score - pow(0.5, 6)) < 0.001)
  }

  @Test func `a point that two objects want goes to the one its box overlaps most`() {
    let objects: [TaskAlignment.Object] = [
      .init(edges: [0, 0, 32, 32], classIndex: 0), .init(edges: [0, 0, 40, 40], classIndex: 0),
    ]
    let output = Self.output(classes: 1, logits: { _ in [0] }, edges: { _ in [0, 0, 40, 40] })
    let matches = TaskAlignment(grid: Self.grid, classes: 1).matches(objects, output)
    // Of the points of stride 8, eight in a row, each object wants the first ten within it.
    #expect(matches.filter { $0.object == 1 }.map(\.point) == [0, 1, 2, 3, 4, 8, 9, 10, 11, 12])
    #expect(matches.filter { $0.object == 0 }.map(\.point) == [16, 17])
  }

  @Test(arguments: [[1, 1, 3, 3], [60, 61, 63, 63.5], [31, 7, 33, 9]] as [SIMD4<Float>])
  func `an object between all points is learned by the nearest`(edges: SIMD4<Float>) throws {
    let output = Self.output(classes: 1, logits: { _ in [0] }, edges: { _ in [0, 0, 64, 64] })
    let matches = TaskAlignment(grid: Self.grid, classes: 1)
      .matches([.init(edges: edges, classIndex: 0)], output)
    #expect(matches.count == 1)
    let match = try #require(matches.first)
    #expect(abs(Self.grid.x[match.point] - (edges[0] + edges[2]) / 2) <= 4)
    #expect(abs(Self.grid.y[match.point] - (edges[1] + edges[3]) / 2) <= 4)
    #expect(match.score > 0)
  }

  @Test func `without objects nothing is learned, and thousands of boxes are`() {
    let output = Self.output(classes: 1, logits: { _ in [0] }, edges: { _ in [0, 0, 64, 64] })
    let alignment = TaskAlignment(grid: Self.grid, classes: 1)
    #expect(alignment.matches([], output).isEmpty)
    let many = Array(
      repeating: TaskAlignment.Object(edges: [0, 0, 64, 64], classIndex: 0), count: 5_000)
    #expect(alignment.matches(many, output).count == 10)
  }
}
