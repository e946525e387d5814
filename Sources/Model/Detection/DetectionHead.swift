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

  /// One output layer, without norm, and with a bias for each level.
  private struct Output {
    let name: String
    let weight: Tensor
    let biases: [Tensor]

    init(_ name: String, outputs: Int, from weights: Weights) throws(ModelError) {
      self.name = "detection.\(name).output"
      let prefix = self.name
      weight = try weights.tensor(
        "\(prefix).weight", shape: [outputs, FeaturePyramid.channels, 1, 1])
      biases = try (0..<3).map { level throws(ModelError) in
        try weights.tensor("\(prefix).bias.\(level)", shape: [outputs])
      }
    }

    func callAsFunction(_ input: Tensor, level: Int) throws(ModelError) -> Tensor {
      let window = ct_window(stride: 1, top: 0, left: 0, bottom: 0, right: 0, groups: 1)
      let layer = ct_layer(
        weight: weight.handle, bias: biases[level].handle, window: window, clamps_to_six: false)
      return try Tensor.make { ct_convolution(input.handle, layer, $0) }
    }

    var tensors: [(name: String, tensor: Tensor)] {
      [("\(name).weight", weight)]
        + biases.enumerated().map { ("\(name).bias.\($0)", $1) }
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
    classTowers = try towers("class")
    boxTowers = try towers("box")
    classOutput = try Output("class", outputs: classes, from: weights)
    boxOutput = try Output("box", outputs: 4 * DetectionHead.bins, from: weights)
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
      let both = try Tensor.concatenated(
        [classOutput(what, level: level), boxOutput(place, level: level)], dimension: 1)
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
    classOutput.tensors + boxOutput.tensors
  }

  /// Adds the weights of an untrained head.
  ///
  /// It starts out sure that nothing is there, or the many empty points would drown the others (Lin
  /// et al. 2017, https://arxiv.org/abs/1708.02002), and with boxes of about 25 pixels a side on the
  /// fine level, 75 and 250 on the others: an object is soon overlapped by the boxes of one of them.
  static func start(classes: Int, into weights: inout StartWeights) throws(ModelError) {
    let channels = FeaturePyramid.channels
    for name in ["class", "box"] {
      for index in 0..<depth {
        let unit = "detection.\(name).\(index)"
        try SeparableUnit.start(
          unit, channels: channels, norms: (0..<3).map { "\(unit).level.\($0)" }, into: &weights)
      }
    }
    let sureOfNothing = Float(-log(99.0))
    let slopes: [Float] = [0.5, 0.35, 0.2]
    for (name, outputs) in [("class", classes), ("box", 4 * bins)] {
      let layer = "detection.\(name).output"
      try weights.addNormal("\(layer).weight", shape: [outputs, channels, 1, 1], deviation: 0.01)
      for (level, slope) in slopes.enumerated() {
        try weights.add(
          "\(layer).bias.\(level)",
          (0..<outputs).map { name == "class" ? sureOfNothing : -slope * Float($0 % bins) })
      }
    }
  }
}
