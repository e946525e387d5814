internal import CTorch

/// Gives each channel mean 0 and variance 1, then a learned scale and shift.
package struct BatchNorm {
  /// Which mean and variance to normalise by.
  package enum Statistics: Sendable {
    /// Those gathered during training, as fixed numbers.
    case running
    /// The batch's own, which also move the running ones a little.
    case batch
  }

  static let epsilon = 1e-3
  /// How far the running statistics go towards those of a batch: little for a trained norm.
  static let momentum = 0.01

  package let name: String
  package let weight: Tensor
  package let bias: Tensor
  package let runningMean: Tensor
  package let runningVariance: Tensor
  private let momentum: Double

  package init(
    _ name: String, channels: Int, momentum: Double = BatchNorm.momentum, from weights: Weights
  ) throws(ModelError) {
    self.name = name
    self.momentum = momentum
    weight = try weights.tensor("\(name).weight", shape: [channels])
    bias = try weights.tensor("\(name).bias", shape: [channels])
    runningMean = try weights.tensor("\(name).running_mean", shape: [channels])
    runningVariance = try weights.tensor("\(name).running_var", shape: [channels])
  }

  /// Normalises each channel, then clamps it to 0...6 if asked: `(B, C, H, W) -> (B, C, H, W)`.
  package func callAsFunction(
    _ input: Tensor, statistics: Statistics, clampsToSix: Bool = false
  ) throws(ModelError) -> Tensor {
    let norm = ct_norm(
      weight: weight.handle, bias: bias.handle, running_mean: runningMean.handle,
      running_variance: runningVariance.handle, momentum: momentum, epsilon: BatchNorm.epsilon,
      clamps_to_six: clampsToSix)
    return try Tensor.make { ct_batch_norm(input.handle, norm, statistics == .batch, $0) }
  }

  /// The norm by running statistics as one multiplication and one addition, both `(C)`.
  func scaleAndShift() throws(ModelError) -> (scale: Tensor, shift: Tensor) {
    let deviation = try runningVariance.scaled(by: 1, plus: BatchNorm.epsilon).squareRoot()
    let scale = try weight / deviation
    return (scale, try bias - runningMean * scale)
  }

  package var tensors: [(name: String, tensor: Tensor)] {
    [
      ("\(name).weight", weight), ("\(name).bias", bias),
      ("\(name).running_mean", runningMean), ("\(name).running_var", runningVariance),
    ]
  }
}
