internal import Foundation

/// Chooses the points that shall learn each object: those that already say its class and box best.
///
/// Task alignment: TOOD, Feng et al. 2021, https://arxiv.org/abs/2108.07755.
struct TaskAlignment {
  /// An object in pixels of the input: left, top, right, bottom.
  struct Object: Equatable {
    var edges: SIMD4<Float>
    var classIndex: Int
  }

  /// A point that learns an object.
  struct Match: Equatable {
    var point: Int
    var object: Int
    /// What the object's class shall score here, 0 to 1: the best point as much as its box overlaps.
    var score: Float
  }

  let grid: PointGrid
  let classes: Int
  /// Points an object can have.
  var pointsMax = 10
  /// Alignment is confidence to the one times overlap to the other of these powers.
  var confidencePower: Float = 0.5
  var overlapPower: Float = 6

  private struct Candidate {
    var point: Int
    var alignment: Float
    var overlap: Float
  }

  private struct Owner {
    var object: Int
    var alignment: Float
    var overlap: Float
  }

  /// By rising point, at most one match a point: the object that its box overlaps most.
  ///
  /// `output` is what the network says of the image, `(N, K + 4 * bins)` row by row.
  func matches(_ objects: [Object], _ output: UnsafePointer<Float>) -> [Match] {
    var owners: [Owner?] = Array(repeating: nil, count: grid.count)
    var decoded: [SIMD4<Float>?] = Array(repeating: nil, count: grid.count)
    for (index, object) in objects.enumerated() {
      for candidate in candidates(object, output, &decoded) {
        if let owner = owners[candidate.point], owner.overlap >= candidate.overlap { continue }
        owners[candidate.point] = Owner(
          object: index, alignment: candidate.alignment, overlap: candidate.overlap)
      }
    }
    var alignmentMax = Array(repeating: Float(0), count: objects.count)
    var overlapMax = alignmentMax
    for case let owner? in owners {
      alignmentMax[owner.object] = max(alignmentMax[owner.object], owner.alignment)
      overlapMax[owner.object] = max(overlapMax[owner.object], owner.overlap)
    }
    return owners.enumerated().compactMap { point, owner in
      guard let owner else { return nil }
      let score = owner.alignment / alignmentMax[owner.object] * overlapMax[owner.object]
      return Match(point: point, object: owner.object, score: score)
    }
  }

  /// The best aligned points within the object; the nearest point if it lies between all of them.
  private func candidates(
    _ object: Object, _ output: UnsafePointer<Float>, _ decoded: inout [SIMD4<Float>?]
  ) -> [Candidate] {
    var best: [Candidate] = []
    for level in grid.levels {
      let columns = inside(object.edges[0], object.edges[2], level)
      for row in inside(object.edges[1], object.edges[3], level) {
        for column in columns {
          let point = level.first + row * level.side + column
          insert(candidate(point, object, output, &decoded), into: &best)
        }
      }
    }
    guard best.isEmpty else { return best }
    return [candidate(nearestPoint(to: object.edges), object, output, &decoded)]
  }

  private func insert(_ candidate: Candidate, into best: inout [Candidate]) {
    if best.count == pointsMax {
      guard let last = best.last, last.alignment < candidate.alignment else { return }
      best.removeLast()
    }
    // Of equals the earlier point stays first.
    let place = best.firstIndex { $0.alignment < candidate.alignment } ?? best.count
    best.insert(candidate, at: place)
  }

  private func candidate(
    _ point: Int, _ object: Object, _ output: UnsafePointer<Float>,
    _ decoded: inout [SIMD4<Float>?]
  ) -> Candidate {
    let row = output + point * DetectionNetwork.width(classes: classes)
    let edges = decoded[point] ?? BoxCoding.edges(row + classes, at: point, of: grid)
    decoded[point] = edges
    // Never quite zero, or an object whose points all miss it would never be learned.
    let overlap = max(edges.overlap(with: object.edges), 1e-3)
    let confidence = max(BoxCoding.sigmoid(row[object.classIndex]), 1e-6)
    return Candidate(
      point: point,
      alignment: pow(confidence, confidencePower) * pow(overlap, overlapPower), overlap: overlap)
  }

  /// The rows or columns of a level whose middles lie between two edges.
  private func inside(_ low: Float, _ high: Float, _ level: PointGrid.Level) -> Range<Int> {
    let stride = Float(level.stride)
    let first = max(0, Int((low / stride - 0.5).rounded(.down)) + 1)
    let end = min(level.side, Int((high / stride - 0.5).rounded(.up)))
    return first..<max(first, end)
  }

  private func nearestPoint(to edges: SIMD4<Float>) -> Int {
    let level = grid.levels[0]
    func cell(_ middle: Float) -> Int {
      max(0, min(level.side - 1, Int(middle / Float(level.stride))))
    }
    let column = cell((edges[0] + edges[2]) / 2)
    let row = cell((edges[1] + edges[3]) / 2)
    return level.first + row * level.side + column
  }
}
