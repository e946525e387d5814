internal import CTorch

extension Tensor {
  /// Makes `backward` of what is computed from this tensor leave a gradient here, or not.
  package func setLearns(_ learns: Bool) throws(ModelError) {
    try Tensor.check(ct_set_requires_gradient(handle, learns))
  }

  /// Adds the gradients of this single number to all learning tensors it was computed from.
  package func backward() throws(ModelError) {
    try Tensor.check(ct_backward(handle))
  }

  /// The same from a tensor of any shape, given the gradient of a loss by it.
  package func backward(from gradient: Tensor) throws(ModelError) {
    try Tensor.check(ct_backward_from(handle, gradient.handle))
  }

  /// Moves this tensor towards another in place: `self += (other - self) * weight`.
  package func interpolate(towards other: Tensor, weight: Double) throws(ModelError) {
    try Tensor.check(ct_interpolate_in_place(handle, other.handle, weight))
  }

  /// Mean loss of logits `(B, K)` against class numbers `(B)`, weighted by class `(K)` if given.
  package static func crossEntropy(
    _ logits: Tensor, _ target: Tensor, classWeights: Tensor?, labelSmoothing: Double
  ) throws(ModelError) -> Tensor {
    try make {
      ct_cross_entropy(logits.handle, target.handle, classWeights?.handle, labelSmoothing, $0)
    }
  }

  /// Zeroes elements by chance and scales up the others.
  package func dropout(_ probability: Double) throws(ModelError) -> Tensor {
    try Tensor.make { ct_dropout(handle, probability, true, $0) }
  }

  /// Samples `(B, C, H, W)` through an affine map for each image, `maps` `(B, 2, 3)`, to
  /// `(B, C, side, side)`; coordinates run from -1 to 1, the edge is repeated outside.
  package func sampled(through maps: Tensor, side: Int) throws(ModelError) -> Tensor {
    try Tensor.make { ct_affine_sample(handle, maps.handle, Int64(side), $0) }
  }
}

/// Runs `body` without recording for gradients, which saves time and memory.
package func withoutGradients<Result>(
  _ body: () throws(ModelError) -> Result
) throws(ModelError) -> Result {
  let before = ct_set_gradient_recording(false)
  defer { _ = ct_set_gradient_recording(before) }
  return try body()
}
