/// Brings what the backbone sees at three scales together: what is large tells the fine maps where
/// to look, and where edges are tells the coarse ones.
///
/// Top-down (FPN, Lin et al. 2017, https://arxiv.org/abs/1612.03144), then bottom-up again (PAN, Liu
/// et al. 2018, https://arxiv.org/abs/1803.01534), of separable convolutions.
struct FeaturePyramid {
  static let channels = 96
  /// Of the backbone's maps that go in, fine to coarse.
  static let inputChannels = [40, 112, 320]

  private let lateral: [ConvolutionUnit]
  /// Fine to coarse, the coarsest left out.
  private let topDown: [SeparableUnit]
  /// Fine to coarse, the finest left out.
  private let reductions: [SeparableUnit]
  private let bottomUp: [SeparableUnit]

  private static func lateralForm(_ level: Int) -> ConvolutionUnit.Form {
    .init(inputs: inputChannels[level], outputs: channels, momentum: SeparableUnit.momentum)
  }

  init(from weights: Weights) throws(ModelError) {
    var lateral: [ConvolutionUnit] = []
    for level in 0..<3 {
      lateral.append(
        try ConvolutionUnit(
          "pyramid.lateral.\(level)", FeaturePyramid.lateralForm(level), from: weights))
    }
    self.lateral = lateral
    func units(_ name: String, stride: Int = 1) throws(ModelError) -> [SeparableUnit] {
      var units: [SeparableUnit] = []
      for index in 0..<2 {
        units.append(
          try SeparableUnit(
            "pyramid.\(name).\(index)", channels: FeaturePyramid.channels, stride: stride,
            from: weights))
      }
      return units
    }
    topDown = try units("down")
    reductions = try units("reduction", stride: 2)
    bottomUp = try units("up")
  }

  private init(folding pyramid: FeaturePyramid) throws(ModelError) {
    func folded(_ units: [SeparableUnit]) throws(ModelError) -> [SeparableUnit] {
      try units.map { unit throws(ModelError) in try unit.folded() }
    }
    lateral = try pyramid.lateral.map { unit throws(ModelError) in try unit.folded() }
    topDown = try folded(pyramid.topDown)
    reductions = try folded(pyramid.reductions)
    bottomUp = try folded(pyramid.bottomUp)
  }

  /// Three maps `(B, C, H, W)`, fine to coarse, to three of `channels`.
  func callAsFunction(
    _ maps: [Tensor], statistics: BatchNorm.Statistics
  ) throws(ModelError) -> [Tensor] {
    var levels: [Tensor] = []
    for (map, unit) in zip(maps, lateral) { levels.append(try unit(map, statistics: statistics)) }
    for level in [1, 0] {
      let sum = try levels[level] + levels[level + 1].upsampledTwice()
      levels[level] = try topDown[level](sum, statistics: statistics)
    }
    for level in [1, 2] {
      let reduced = try reductions[level - 1](levels[level - 1], statistics: statistics)
      levels[level] = try bottomUp[level - 1](levels[level] + reduced, statistics: statistics)
    }
    return levels
  }

  func folded() throws(ModelError) -> FeaturePyramid { try FeaturePyramid(folding: self) }

  var units: [ConvolutionUnit] {
    lateral + (topDown + reductions + bottomUp).flatMap(\.units)
  }

  /// Adds the weights of an untrained pyramid.
  static func start(into weights: inout StartWeights) throws(ModelError) {
    for level in 0..<3 {
      try weights.addConvolution("pyramid.lateral.\(level)", lateralForm(level))
      try weights.addNorm("pyramid.lateral.\(level).norm", channels: channels)
    }
    for name in ["down", "reduction", "up"] {
      for index in 0..<2 {
        let unit = "pyramid.\(name).\(index)"
        try SeparableUnit.start(unit, channels: channels, norms: [unit], into: &weights)
      }
    }
  }
}
