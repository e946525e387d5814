internal import CTorch

/// A convolution without bias, batch norm, and usually ReLU6: what the network is made of.
///
/// Borders are padded so that the output has size / stride, rounded up; where the zeros cannot be
/// divided evenly, one more stands right and below, as TensorFlow does and the weights expect.
package struct ConvolutionUnit {
  package let name: String
  /// Shaped `(D, C / groups, k, k)`.
  package let weight: Tensor
  /// Shaped `(D)`; present once the norm is folded away.
  package let bias: Tensor?
  package let norm: BatchNorm?
  package let stride: Int
  package let groups: Int
  package let clampsToSix: Bool

  private let kernel: Int

  /// What a unit looks like, without its numbers.
  package struct Form {
    var inputs: Int
    var outputs: Int
    var kernel = 1
    var stride = 1
    var isDepthwise = false
    var clampsToSix = true
    /// Of the norm's running statistics.
    var momentum = BatchNorm.momentum
  }

  /// Takes the norm from `normName` where several units share one convolution.
  package init(
    _ name: String, _ form: Form, normName: String? = nil, from weights: Weights
  ) throws(ModelError) {
    self.name = name
    groups = form.isDepthwise ? form.inputs : 1
    stride = form.stride
    kernel = form.kernel
    clampsToSix = form.clampsToSix
    weight = try weights.tensor(
      "\(name).convolution.weight",
      shape: [form.outputs, form.inputs / groups, kernel, kernel])
    norm = try BatchNorm(
      normName ?? "\(name).norm", channels: form.outputs, momentum: form.momentum, from: weights)
    bias = nil
  }

  private init(folding unit: ConvolutionUnit, weight: Tensor, bias: Tensor) throws(ModelError) {
    name = unit.name
    let window = ct_window(
      stride: Int64(unit.stride), top: 0, left: 0, bottom: 0, right: 0,
      groups: Int64(unit.groups))
    self.weight = try Tensor.make { ct_arrange(weight.handle, window, $0) }
    self.bias = bias
    norm = nil
    stride = unit.stride
    groups = unit.groups
    kernel = unit.kernel
    clampsToSix = unit.clampsToSix
  }

  /// `(B, C, H, W) -> (B, D, H / stride, W / stride)`, rounded up.
  package func callAsFunction(
    _ input: Tensor, statistics: BatchNorm.Statistics
  ) throws(ModelError) -> Tensor {
    guard let norm else { return try convolved(input, clamps: clampsToSix) }
    return try norm(
      convolved(input, clamps: false), statistics: statistics, clampsToSix: clampsToSix)
  }

  /// The same unit with the norm's running statistics worked into the convolution.
  package func folded() throws(ModelError) -> ConvolutionUnit {
    guard let norm else { return self }
    let (scale, shift) = try norm.scaleAndShift()
    let rowScale = try scale.reshaped([scale.count, 1, 1, 1])
    return try ConvolutionUnit(folding: self, weight: weight * rowScale, bias: shift)
  }

  /// All tensors of the unit with their names in a weight file.
  package var tensors: [(name: String, tensor: Tensor)] {
    var all = [("\(name).convolution.weight", weight)]
    if let bias { all.append(("\(name).convolution.bias", bias)) }
    if let norm { all += norm.tensors }
    return all
  }

  /// What learns of a unit whose norm is not folded away.
  var learning: [Tensor] { [weight, norm?.weight, norm?.bias].compactMap { $0 } }

  /// Several units without norms, one after the other, then plus the input if asked:
  /// `(B, C, H, W) -> (B, D, H', W')`.
  ///
  /// In inference quicker than unit by unit, above all a block's, whose middle is wide.
  static func chained(
    _ units: [ConvolutionUnit], _ input: Tensor, addsInput: Bool = false
  ) throws(ModelError) -> Tensor {
    var (height, width) = (input.shape[2], input.shape[3])
    let layers = units.map { unit in
      let layer = unit.layer(height: height, width: width, clamps: unit.clampsToSix)
      (height, width) = (unit.reduced(height), unit.reduced(width))
      return layer
    }
    // The layers point into the units.
    return try withExtendedLifetime(units) { () throws(ModelError) in
      try Tensor.make {
        ct_convolution_chain(input.handle, layers, layers.count, addsInput, $0)
      }
    }
  }

  private func convolved(_ input: Tensor, clamps: Bool) throws(ModelError) -> Tensor {
    let shape = input.shape
    let layer = layer(height: shape[2], width: shape[3], clamps: clamps)
    return try Tensor.make { ct_convolution(input.handle, layer, $0) }
  }

  /// Valid as long as the unit is.
  private func layer(height: Int, width: Int, clamps: Bool) -> ct_layer {
    let vertical = padding(height)
    let horizontal = padding(width)
    let window = ct_window(
      stride: Int64(stride), top: Int64(vertical.before), left: Int64(horizontal.before),
      bottom: Int64(vertical.after), right: Int64(horizontal.after), groups: Int64(groups))
    return ct_layer(
      weight: weight.handle, bias: bias?.handle, window: window, clamps_to_six: clamps)
  }

  private func reduced(_ size: Int) -> Int { (size + stride - 1) / stride }

  private func padding(_ size: Int) -> (before: Int, after: Int) {
    let total = max(0, (reduced(size) - 1) * stride + kernel - size)
    return (total / 2, total - total / 2)
  }
}
