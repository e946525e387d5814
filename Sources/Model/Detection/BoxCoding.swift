internal import BoxMetrics
internal import Foundation

/// Between boxes and the numbers that the network says at a point.
///
/// Each edge is a distribution over its distance from the point, in strides; the distance meant is
/// its mean (generalized focal loss, Li et al. 2020, https://arxiv.org/abs/2006.04388).
enum BoxCoding {
  static let bins = DetectionHead.bins

  /// Distances of the four edges from a point, in strides: left, top, right, bottom.
  typealias Distances = SIMD4<Float>

  /// The mean of the distribution that each of the four runs of `bins` logits stands for.
  @inline(__always)
  static func distances(_ logits: UnsafePointer<Float>) -> Distances {
    var distances = Distances()
    for edge in 0..<4 {
      let run = logits + edge * bins
      var largest = run[0]
      for bin in 1..<bins where run[bin] > largest { largest = run[bin] }
      var total: Float = 0
      var weighted: Float = 0
      for bin in 0..<bins {
        let weight = exp(run[bin] - largest)
        total += weight
        weighted += weight * Float(bin)
      }
      distances[edge] = weighted / total
    }
    return distances
  }

  /// The box as left, top, right, bottom in pixels of the input.
  static func edges(_ distances: Distances, x: Float, y: Float, stride: Float) -> SIMD4<Float> {
    let reach = distances * stride
    return SIMD4(x - reach[0], y - reach[1], x + reach[2], y + reach[3])
  }

  /// The box that the logits of a point stand for.
  static func edges(
    _ logits: UnsafePointer<Float>, at point: Int, of grid: PointGrid
  ) -> SIMD4<Float> {
    edges(distances(logits), x: grid.x[point], y: grid.y[point], stride: grid.stride[point])
  }

  /// What the network should say at a point for this box; edges too far away stay within reach.
  static func distances(to edges: SIMD4<Float>, x: Float, y: Float, stride: Float) -> Distances {
    let reach = SIMD4(x - edges[0], y - edges[1], edges[2] - x, edges[3] - y) / stride
    return reach.clamped(
      lowerBound: SIMD4(repeating: 0), upperBound: SIMD4(repeating: Float(bins - 1) - 0.01))
  }

  static func sigmoid(_ logit: Float) -> Float { 1 / (1 + exp(-logit)) }

  /// The logit whose sigmoid is `probability`.
  static func logit(_ probability: Double) -> Float {
    guard probability > 0 else { return -.infinity }
    return probability < 1 ? Float(log(probability / (1 - probability))) : .infinity
  }
}

extension SIMD4<Float> {
  /// Intersection over union of two boxes given as left, top, right, bottom.
  @inline(__always)
  func overlap(with other: SIMD4<Float>) -> Float {
    let width = Swift.min(self[2], other[2]) - Swift.max(self[0], other[0])
    let height = Swift.min(self[3], other[3]) - Swift.max(self[1], other[1])
    guard width > 0, height > 0 else { return 0 }
    let shared = width * height
    return shared / (boxArea + other.boxArea - shared)
  }

  @inline(__always)
  var boxArea: Float { (self[2] - self[0]) * (self[3] - self[1]) }
}
