internal import Foundation

/// How wrong a class score is.
///
/// Quality focal loss (Li et al. 2020, https://arxiv.org/abs/2006.04388): cross entropy against a score between 0 and 1, times the square of the distance to it: what is
/// almost right, such as the countless empty points, weighs next to nothing.
enum ScoreLoss {
  @inline(__always)
  static func value(_ logit: Float, target: Float) -> (loss: Float, gradient: Float) {
    // softplus(logit) and sigmoid(logit) from one exponential that cannot overflow.
    let small = exp(-abs(logit))
    let softplus = max(logit, 0) + log1p(small)
    let score = logit >= 0 ? 1 / (1 + small) : small / (1 + small)
    let entropy = softplus - target * logit
    let distance = score - target
    let gradient =
      distance * distance * distance + 2 * distance * score * (1 - score) * entropy
    return (distance * distance * entropy, gradient)
  }
}
