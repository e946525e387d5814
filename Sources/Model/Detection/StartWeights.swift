internal import Foundation
internal import SeededRandom

/// Weights of layers that nothing has trained yet, drawn from a seed.
struct StartWeights {
  private(set) var weights: Weights
  private var generator: SeededGenerator

  init(_ weights: Weights, seed: UInt64) {
    self.weights = weights
    generator = SeededGenerator(seed: seed)
  }

  /// Draws so that activations keep their size through a rectifier.
  ///
  /// He et al. 2015, https://arxiv.org/abs/1502.01852.
  mutating func addConvolution(
    _ name: String, _ form: ConvolutionUnit.Form
  ) throws(ModelError) {
    let inputs = form.isDepthwise ? 1 : form.inputs
    let deviation = (2 / Double(inputs * form.kernel * form.kernel)).squareRoot()
    try addNormal(
      "\(name).convolution.weight", shape: [form.outputs, inputs, form.kernel, form.kernel],
      deviation: deviation)
  }

  mutating func addNorm(_ name: String, channels: Int) throws(ModelError) {
    try add("\(name).weight", Array(repeating: 1, count: channels))
    try add("\(name).bias", Array(repeating: 0, count: channels))
    try add("\(name).running_mean", Array(repeating: 0, count: channels))
    try add("\(name).running_var", Array(repeating: 1, count: channels))
  }

  mutating func addNormal(
    _ name: String, shape: [Int], deviation: Double
  ) throws(ModelError) {
    let count = shape.reduce(1, *)
    let values = (0..<count).map { _ in Float(normal() * deviation) }
    weights.tensors[name] = try Tensor(values, shape: shape)
  }

  mutating func add(_ name: String, _ values: [Float]) throws(ModelError) {
    weights.tensors[name] = try Tensor(values, shape: [values.count])
  }

  /// By Box and Muller's method.
  private mutating func normal() -> Double {
    let radius = (-2 * log(1 - generator.uniform(0...0.999_999))).squareRoot()
    return radius * cos(2 * Double.pi * generator.uniform(0...1))
  }
}
