internal import CTorch
internal import Foundation

/// What is where, at each point of the pyramid's maps: a logit for each class, and for each edge of
/// the box the logits of a distribution over its distance.
///
/// The two have towers of their own (YOLOX, Ge et al. 2021, https://arxiv.org/abs/2107.08430). All
/// levels share the convolutions, so that a size seen seldom learns from the others, but not the
/// norms (RTMDet, Lyu et al. 2022, https://arxiv.org/abs/2212.07784).
struct DetectionHead {
  /// Distances an edge can have from the point, 0 to 16, in strides of the level.
  static let bins = 17
  private static let depth = 2

  /// One output layer, without norm.
  private struct Output {
    let weight: Tensor
    let bias: Tensor

    func callAsFunction(_ input: Tensor) throws(ModelError) -> Tensor {
      try Tensor.make {
        ct_convolution(input.handle, weight.handle, bias.handle, 1, 0, 1, $0)
      }
    }
  }

  /// By level, then by depth.
  private let classTowers: [[SeparableUnit]]
  private let boxTowers: [[SeparableUnit]]
  private let classOutput: Output
  private let boxOutput: Output

  init(classes: Int, from weights: Weights) throws(ModelError) {
    let channels = FeaturePyramid.channels
    func towers(_ name: String) throws(ModelError) -> [[SeparableUnit]] {
      try (0..<3).map { level throws(ModelError) in
        try (0..<DetectionHead.depth).map { index throws(ModelError) in
          try SeparableUnit(
            "detection.\(name).\(index)", channels: channels,
            normName: "detection.\(name).\(index).level.\(level)", from: weights)
        }
      }
    }
    func output(_ name: String, _ outputs: Int) throws(ModelError) -> Output {
      Output(
        weight: try weights.tensor(
          "detection.\(name).output.weight", shape: [outputs, channels, 1, 1]),
        bias: try weights.tensor("detection.\(name).output.bias", shape: [outputs]))
    }
    classTowers = try towers("class")
    boxTowers = try towers("box")
    classOutput = try output("class", classes)
    boxOutput = try output("box", 4 * DetectionHead.bins)
  }

  private init(folding head: DetectionHead) throws(ModelError) {
    func folded(_ towers: [[SeparableUnit]]) throws(ModelError) -> [[SeparableUnit]] {
      try towers.map { tower throws(ModelError) in
        try tower.map { unit throws(ModelError) in try unit.folded() }
      }
    }
    classTowers = try folded(head.classTowers)
    boxTowers = try folded(head.boxTowers)
    classOutput = head.classOutput
    boxOutput = head.boxOutput
  }

  /// Three maps `(B, C, H, W)` to `(B, N, K + 4 * bins)` for the N points of `PointGrid`.
  func callAsFunction(
    _ maps: [Tensor], statistics: BatchNorm.Statistics
  ) throws(ModelError) -> Tensor {
    var levels: [Tensor] = []
    for (level, map) in maps.enumerated() {
      var (what, place) = (map, map)
      for unit in classTowers[level] { what = try unit(what, statistics: statistics) }
      for unit in boxTowers[level] { place = try unit(place, statistics: statistics) }
      let both = try Tensor.concatenated([classOutput(what), boxOutput(place)], dimension: 1)
      let shape = both.shape
      levels.append(
        try both.permuted([0, 2, 3, 1]).reshaped([shape[0], shape[2] * shape[3], shape[1]]))
    }
    return try Tensor.concatenated(levels, dimension: 1)
  }

  func folded() throws(ModelError) -> DetectionHead { try DetectionHead(folding: self) }

  var units: [ConvolutionUnit] { (classTowers + boxTowers).flatMap { $0 }.flatMap(\.units) }

  /// The output layers' tensors with their names in a weight file.
  var outputTensors: [(name: String, tensor: Tensor)] {
    [
      ("detection.class.output.weight", classOutput.weight),
      ("detection.class.output.bias", classOutput.bias),
      ("detection.box.output.weight", boxOutput.weight),
      ("detection.box.output.bias", boxOutput.bias),
    ]
  }

  /// Adds the weights of an untrained head.
  ///
  /// It starts out sure that nothing is there, or the many empty points would drown the others (Lin
  /// et al. 2017, https://arxiv.org/abs/1708.02002), and with edges about 3 strides away.
  static func start(classes: Int, into weights: inout StartWeights) throws(ModelError) {
    let channels = FeaturePyramid.channels
    for name in ["class", "box"] {
      for index in 0..<depth {
        let unit = "detection.\(name).\(index)"
        try SeparableUnit.start(
          unit, channels: channels, norms: (0..<3).map { "\(unit).level.\($0)" }, into: &weights)
      }
    }
    try weights.addNormal(
      "detection.class.output.weight", shape: [classes, channels, 1, 1], deviation: 0.01)
    try weights.add(
      "detection.class.output.bias", Array(repeating: Float(-log(99.0)), count: classes))
    try weights.addNormal(
      "detection.box.output.weight", shape: [4 * bins, channels, 1, 1], deviation: 0.01)
    try weights.add(
      "detection.box.output.bias", (0..<4 * bins).map { -0.25 * Float($0 % bins) })
  }
}
