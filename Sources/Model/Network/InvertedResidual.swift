/// Widens the channels, filters each channel by itself, narrows them again; the input is added
/// where the shape stays the same.
package struct InvertedResidual {
  package let expand: ConvolutionUnit?
  package let depthwise: ConvolutionUnit
  package let project: ConvolutionUnit
  package let addsInput: Bool

  /// What a block looks like, without its numbers.
  package struct Form: Sendable {
    var inputs: Int
    var outputs: Int
    var kernel: Int
    var stride: Int
    var expansion: Int
  }

  package init(_ name: String, _ form: Form, from weights: Weights) throws(ModelError) {
    let wide = form.inputs * form.expansion
    expand =
      form.expansion == 1
      ? nil
      : try ConvolutionUnit(
        "\(name).expand", .init(inputs: form.inputs, outputs: wide), from: weights)
    depthwise = try ConvolutionUnit(
      "\(name).depthwise",
      .init(
        inputs: wide, outputs: wide, kernel: form.kernel, stride: form.stride, isDepthwise: true),
      from: weights)
    project = try ConvolutionUnit(
      "\(name).project", .init(inputs: wide, outputs: form.outputs, clampsToSix: false),
      from: weights)
    addsInput = form.stride == 1 && form.inputs == form.outputs
  }

  private init(folding block: InvertedResidual) throws(ModelError) {
    expand = try block.expand?.folded()
    depthwise = try block.depthwise.folded()
    project = try block.project.folded()
    addsInput = block.addsInput
  }

  /// `(B, C, H, W) -> (B, D, H / stride, W / stride)`, rounded up.
  package func callAsFunction(
    _ input: Tensor, statistics: BatchNorm.Statistics
  ) throws(ModelError) -> Tensor {
    if project.norm == nil {
      return try ConvolutionUnit.chained(units, input, addsInput: addsInput)
    }
    let wide = try expand?(input, statistics: statistics) ?? input
    let filtered = try depthwise(wide, statistics: statistics)
    let narrow = try project(filtered, statistics: statistics)
    return addsInput ? try narrow.addInPlace(input) : narrow
  }

  package func folded() throws(ModelError) -> InvertedResidual {
    try InvertedResidual(folding: self)
  }

  package var units: [ConvolutionUnit] {
    (expand.map { [$0] } ?? []) + [depthwise, project]
  }
}
