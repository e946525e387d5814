/// Filters each channel by itself, then mixes the channels: a convolution at a fraction of the cost.
///
/// MobileNets, Howard et al. 2017, https://arxiv.org/abs/1704.04861.
struct SeparableUnit {
  let depthwise: ConvolutionUnit
  let pointwise: ConvolutionUnit

  static let kernel = 5
  /// New norms start from nothing, and trainings are short.
  static let momentum = 0.05

  /// Takes the norms from under `normName` where several units share their convolutions.
  init(
    _ name: String, channels: Int, stride: Int = 1, normName: String? = nil, from weights: Weights
  ) throws(ModelError) {
    let forms = SeparableUnit.forms(channels: channels, stride: stride)
    let norms = normName ?? name
    depthwise = try ConvolutionUnit(
      "\(name).depthwise", forms.depthwise, normName: "\(norms).depthwise.norm", from: weights)
    pointwise = try ConvolutionUnit(
      "\(name).pointwise", forms.pointwise, normName: "\(norms).pointwise.norm", from: weights)
  }

  private init(folding unit: SeparableUnit) throws(ModelError) {
    depthwise = try unit.depthwise.folded()
    pointwise = try unit.pointwise.folded()
  }

  private static func forms(
    channels: Int, stride: Int
  ) -> (depthwise: ConvolutionUnit.Form, pointwise: ConvolutionUnit.Form) {
    (
      .init(
        inputs: channels, outputs: channels, kernel: kernel, stride: stride, isDepthwise: true,
        momentum: momentum),
      .init(inputs: channels, outputs: channels, momentum: momentum)
    )
  }

  /// `(B, C, H, W) -> (B, C, H / stride, W / stride)`, rounded up.
  func callAsFunction(
    _ input: Tensor, statistics: BatchNorm.Statistics
  ) throws(ModelError) -> Tensor {
    if pointwise.norm == nil { return try ConvolutionUnit.chained(units, input) }
    return try pointwise(depthwise(input, statistics: statistics), statistics: statistics)
  }

  func folded() throws(ModelError) -> SeparableUnit { try SeparableUnit(folding: self) }

  var units: [ConvolutionUnit] { [depthwise, pointwise] }

  /// Adds the weights of an untrained unit.
  static func start(
    _ name: String, channels: Int, norms: [String], into weights: inout StartWeights
  ) throws(ModelError) {
    let forms = forms(channels: channels, stride: 1)
    try weights.addConvolution("\(name).depthwise", forms.depthwise)
    try weights.addConvolution("\(name).pointwise", forms.pointwise)
    for norm in norms {
      try weights.addNorm("\(norm).depthwise.norm", channels: channels)
      try weights.addNorm("\(norm).pointwise.norm", channels: channels)
    }
  }
}
