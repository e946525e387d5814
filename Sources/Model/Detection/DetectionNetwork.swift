/// Backbone, pyramid and head: images in, logits at every point out.
package struct DetectionNetwork {
  let backbone: EfficientNetLite0
  let pyramid: FeaturePyramid
  let head: DetectionHead
  let classes: Int

  /// Up to here the backbone is used: its last stage only serves to classify.
  static let stageCount = EfficientNetLite0.stageCount - 1
  /// After these stages the map has been reduced 8, 16 and 32 times and is widest in view.
  private static let mapStages = [5, 11, 16]
  /// The first stages can be left as they are: none of the pyramid's maps comes from within.
  static let frozenStagesMax = 5

  init(from weights: Weights, classes: Int) throws(ModelError) {
    self.classes = classes
    backbone = try EfficientNetLite0(from: weights, hasHead: false)
    pyramid = try FeaturePyramid(from: weights)
    head = try DetectionHead(classes: classes, from: weights)
  }

  private init(folding network: DetectionNetwork, stages: Range<Int>) throws(ModelError) {
    classes = network.classes
    backbone = try network.backbone.folded(stages: stages)
    pyramid = network.pyramid
    head = network.head
  }

  private init(folding network: DetectionNetwork) throws(ModelError) {
    classes = network.classes
    backbone = try network.backbone.folded()
    pyramid = try network.pyramid.folded()
    head = try network.head.folded()
  }

  /// A network with a trained backbone and, by the seed, an untrained rest.
  package static func start(
    backbone: Weights, classes: Int, seed: UInt64
  ) throws(ModelError) -> DetectionNetwork {
    var start = StartWeights(backbone, seed: seed)
    try FeaturePyramid.start(into: &start)
    try DetectionHead.start(classes: classes, into: &start)
    return try DetectionNetwork(from: start.weights, classes: classes)
  }

  /// Numbers for each point: class logits, then the box's distributions.
  static func width(classes: Int) -> Int { classes + 4 * DetectionHead.bins }

  /// From the input of stage `firstStage` on: `(B, C, H, W) -> (B, N, K + 4 * bins)`.
  func callAsFunction(
    _ input: Tensor, firstStage: Int = 0, statistics: BatchNorm.Statistics = .running
  ) throws(ModelError) -> Tensor {
    precondition(firstStage <= DetectionNetwork.frozenStagesMax, "a map would be missing")
    var x = input
    var next = firstStage
    var maps: [Tensor] = []
    for stage in DetectionNetwork.mapStages {
      x = try backbone(x, stages: next..<stage + 1)
      maps.append(x)
      next = stage + 1
    }
    return try head(pyramid(maps, statistics: statistics), statistics: statistics)
  }

  /// The same network with all norms worked into the convolutions.
  func folded() throws(ModelError) -> DetectionNetwork { try DetectionNetwork(folding: self) }

  /// The same with those of the backbone's learning stages only; gradients flow through it.
  func foldedBackbone(from stage: Int) throws(ModelError) -> DetectionNetwork {
    try DetectionNetwork(folding: self, stages: stage..<DetectionNetwork.stageCount)
  }

  /// All tensors by their names in a weight file.
  package var weights: Weights {
    var weights = Weights()
    for unit in backbone.units() + pyramid.units + head.units {
      for (name, tensor) in unit.tensors { weights.tensors[name] = tensor }
    }
    for (name, tensor) in head.outputTensors { weights.tensors[name] = tensor }
    return weights
  }

  /// A copy that learns without changing this one.
  func cloned() throws(ModelError) -> DetectionNetwork {
    try DetectionNetwork(from: weights.cloned(), classes: classes)
  }
}
