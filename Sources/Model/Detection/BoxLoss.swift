internal import Foundation

/// How wrong a box is, and how that changes with its edges and distributions.
enum BoxLoss {
  /// 1 minus the generalized overlap of two boxes, and its gradient by the edges of the first.
  ///
  /// Rezatofighi et al. 2019, https://arxiv.org/abs/1902.09630. 0 for the same box, up to 2 for boxes far apart. `truth` must not be empty.
  static func overlapLoss(
    _ box: SIMD4<Float>, _ truth: SIMD4<Float>
  ) -> (loss: Float, gradient: SIMD4<Float>) {
    let inner = SIMD4(
      max(box[0], truth[0]), max(box[1], truth[1]), min(box[2], truth[2]), min(box[3], truth[3]))
    let outer = SIMD4(
      min(box[0], truth[0]), min(box[1], truth[1]), max(box[2], truth[2]), max(box[3], truth[3]))
    let width = max(0, inner[2] - inner[0])
    let height = max(0, inner[3] - inner[1])
    let shared = width * height
    let union = box.boxArea + truth.boxArea - shared
    let hull = outer.boxArea
    var gradient = SIMD4<Float>()
    for edge in 0..<4 {
      let sign: Float = edge < 2 ? -1 : 1
      let isLevel = edge.isMultiple(of: 2)
      let isInner = shared > 0 && inner[edge] == box[edge]
      let isOuter = outer[edge] == box[edge] && box[edge] != truth[edge]
      let bySharing = isInner ? sign * (isLevel ? height : width) : 0
      let byArea = sign * (isLevel ? box[3] - box[1] : box[2] - box[0])
      let byHull = isOuter ? sign * (isLevel ? outer[3] - outer[1] : outer[2] - outer[0]) : 0
      let byUnion = byArea - bySharing
      gradient[edge] =
        -(bySharing * union - shared * byUnion) / (union * union)
        - (byUnion * hull - union * byHull) / (hull * hull)
    }
    return (2 - shared / union - union / hull, gradient)
  }

  /// Cross entropy of one edge's distribution against the two bins beside the true distance.
  ///
  /// Distribution focal loss: Li et al. 2020, https://arxiv.org/abs/2006.04388. Adds `weight` times its gradient by the logits to `gradient`.
  static func distributionLoss(
    _ logits: UnsafePointer<Float>, distance: Float, weight: Float,
    addingTo gradient: UnsafeMutablePointer<Float>
  ) -> Float {
    let bins = BoxCoding.bins
    let low = min(Int(distance), bins - 2)
    let highPart = distance - Float(low)
    let (largest, total) = normalizer(logits)
    for bin in 0..<bins { gradient[bin] += weight * exp(logits[bin] - largest) / total }
    gradient[low] -= weight * (1 - highPart)
    gradient[low + 1] -= weight * highPart
    let logTotal = log(total) + largest
    return (1 - highPart) * (logTotal - logits[low]) + highPart * (logTotal - logits[low + 1])
  }

  /// Adds to `gradient` what a change of the mean distance is worth to the logits behind it.
  static func addMeanGradient(
    _ logits: UnsafePointer<Float>, distance: Float, slope: Float,
    addingTo gradient: UnsafeMutablePointer<Float>
  ) {
    let bins = BoxCoding.bins
    let (largest, total) = normalizer(logits)
    for bin in 0..<bins {
      let probability = exp(logits[bin] - largest) / total
      gradient[bin] += slope * probability * (Float(bin) - distance)
    }
  }

  /// What makes a run of logits probabilities: `exp(logit - largest) / total`.
  private static func normalizer(
    _ logits: UnsafePointer<Float>
  ) -> (largest: Float, total: Float) {
    let bins = BoxCoding.bins
    var largest = logits[0]
    for bin in 1..<bins { largest = max(largest, logits[bin]) }
    var total: Float = 0
    for bin in 0..<bins { total += exp(logits[bin] - largest) }
    return (largest, total)
  }
}
