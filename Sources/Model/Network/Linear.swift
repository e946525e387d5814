internal import CTorch

/// A weighted sum of all features for each class: `(B, F) -> (B, K)`.
package struct Linear {
  /// Shaped `(K, F)`.
  package let weight: Tensor
  /// Shaped `(K)`.
  package let bias: Tensor

  package init(weight: Tensor, bias: Tensor) {
    self.weight = weight
    self.bias = bias
  }

  package init(
    _ name: String, features: Int, classes: Int, from weights: Weights
  ) throws(ModelError) {
    weight = try weights.tensor("\(name).weight", shape: [classes, features])
    bias = try weights.tensor("\(name).bias", shape: [classes])
  }

  package func callAsFunction(_ input: Tensor) throws(ModelError) -> Tensor {
    try Tensor.make { ct_linear(input.handle, weight.handle, bias.handle, $0) }
  }

  func cloned() throws(ModelError) -> Linear {
    Linear(weight: try weight.cloned(), bias: try bias.cloned())
  }
}
