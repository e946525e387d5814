internal import Foundation

/// How wrong a class score is.
///
/// Varifocal loss (Zhang et al. 2021, https://arxiv.org/abs/2008.13367): cross entropy against the
/// score that a point shall reach, which also weighs it; the countless empty points weigh next to
/// nothing once they score low.
enum ScoreLoss {
  static let emptyWeight: Float = 0.75

  /// The loss and its slope by the logit, for a target of 0 to 1.
  @inline(__always)
  static func value(_ logit: Float, target: Float) -> (loss: Float, gradient: Float) {
    // softplus(logit) and sigmoid(logit) from one exponential that cannot overflow.
    let small = exp(-abs(logit))
    let softplus = max(logit, 0) + log1p(small)
    let score = logit >= 0 ? 1 / (1 + small) : small / (1 + small)
    if target > 0 { return (target * (softplus - target * logit), target * (score - target)) }
    let square = score * score
    return (
      emptyWeight * square * softplus,
      emptyWeight * square * (2 * (1 - score) * softplus + score)
    )
  }
}
