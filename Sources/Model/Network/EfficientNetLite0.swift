/// The backbone: images in, 1280 features out.
///
/// EfficientNet-B0 without squeeze-and-excitation and with ReLU6. A letter means: B batch,
/// C channels, H height, W width. Stage 0 is the stem, 1 to 16 the blocks, 17 the head.
package struct EfficientNetLite0 {
  package static let name = "efficientnet-lite0"
  package static let features = 1280
  /// Sides below leave nothing to look at after 32-fold reduction.
  package static let inputSides = 32...512
  package static let stageCount = 18

  package let stem: ConvolutionUnit
  package let blocks: [InvertedResidual]
  /// Absent where only the maps of the blocks are wanted.
  package let head: ConvolutionUnit?

  private static let forms: [InvertedResidual.Form] = {
    let groups: [(repeats: Int, form: InvertedResidual.Form)] = [
      (1, .init(inputs: 32, outputs: 16, kernel: 3, stride: 1, expansion: 1)),
      (2, .init(inputs: 16, outputs: 24, kernel: 3, stride: 2, expansion: 6)),
      (2, .init(inputs: 24, outputs: 40, kernel: 5, stride: 2, expansion: 6)),
      (3, .init(inputs: 40, outputs: 80, kernel: 3, stride: 2, expansion: 6)),
      (3, .init(inputs: 80, outputs: 112, kernel: 5, stride: 1, expansion: 6)),
      (4, .init(inputs: 112, outputs: 192, kernel: 5, stride: 2, expansion: 6)),
      (1, .init(inputs: 192, outputs: 320, kernel: 3, stride: 1, expansion: 6)),
    ]
    return groups.flatMap { group in
      (0..<group.repeats).map { index in
        var form = group.form
        if index > 0 {
          form.inputs = form.outputs
          form.stride = 1
        }
        return form
      }
    }
  }()

  package init(from weights: Weights, hasHead: Bool = true) throws(ModelError) {
    stem = try ConvolutionUnit(
      "stem", .init(inputs: 3, outputs: 32, kernel: 3, stride: 2), from: weights)
    var blocks: [InvertedResidual] = []
    for (index, form) in EfficientNetLite0.forms.enumerated() {
      blocks.append(try InvertedResidual("blocks.\(index)", form, from: weights))
    }
    self.blocks = blocks
    head =
      hasHead
      ? try ConvolutionUnit(
        "head", .init(inputs: 320, outputs: EfficientNetLite0.features), from: weights) : nil
  }

  private init(folding network: EfficientNetLite0, stages: Range<Int>) throws(ModelError) {
    stem = stages.contains(0) ? try network.stem.folded() : network.stem
    var blocks: [InvertedResidual] = []
    for (index, block) in network.blocks.enumerated() {
      blocks.append(stages.contains(index + 1) ? try block.folded() : block)
    }
    self.blocks = blocks
    let last = EfficientNetLite0.stageCount - 1
    head = stages.contains(last) ? try network.head?.folded() : network.head
  }

  /// Bytes of pixels as the network wants them: `(B, H, W, 3)` of 0...255 to `(B, 3, H, W)`.
  package static func normalized(_ pixels: Tensor) throws(ModelError) -> Tensor {
    let scale = 1 / 128.0
    return try pixels.permuted([0, 3, 1, 2]).toFloat().scaled(by: scale, plus: -127 * scale)
  }

  /// Runs some of the stages: `(B, C, H, W) -> (B, D, H', W')`.
  package func callAsFunction(
    _ input: Tensor, stages: Range<Int> = 0..<stageCount,
    statistics: BatchNorm.Statistics = .running
  ) throws(ModelError) -> Tensor {
    var x = input
    for stage in stages {
      switch stage {
      case 0: x = try stem(x, statistics: statistics)
      case EfficientNetLite0.stageCount - 1: x = try head?(x, statistics: statistics) ?? x
      case let block: x = try blocks[block - 1](x, statistics: statistics)
      }
    }
    return x
  }

  /// Averages over positions: `(B, C, H, W) -> (B, C)`.
  package static func pooled(_ x: Tensor) throws(ModelError) -> Tensor {
    let shape = x.shape
    return try x.mean(over: [2, 3]).reshaped([shape[0], shape[1]])
  }

  /// The same network with the batch norms of some stages worked into their convolutions.
  ///
  /// Gradients flow through the folding, to the weights before it: learning by running statistics
  /// needs to touch no activation for the norms.
  package func folded(stages: Range<Int> = 0..<stageCount) throws(ModelError) -> EfficientNetLite0 {
    try EfficientNetLite0(folding: self, stages: stages)
  }

  /// The units of some of the stages, in order.
  package func units(stages: Range<Int> = 0..<stageCount) -> [ConvolutionUnit] {
    let all = [[stem]] + blocks.map(\.units) + [head.map { [$0] } ?? []]
    return all[stages].flatMap { $0 }
  }
}
