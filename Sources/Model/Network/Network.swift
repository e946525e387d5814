/// A backbone and a classifier on top of its features.
package struct Network {
  package var backbone: EfficientNetLite0
  package var classifier: Linear

  package init(backbone: EfficientNetLite0, classifier: Linear) {
    self.backbone = backbone
    self.classifier = classifier
  }

  package init(from weights: Weights, classes: Int) throws(ModelError) {
    backbone = try EfficientNetLite0(from: weights)
    classifier = try Linear(
      "classifier", features: EfficientNetLite0.features, classes: classes, from: weights)
  }

  /// Images to logits: `(B, 3, H, W) -> (B, K)`.
  package func callAsFunction(_ images: Tensor) throws(ModelError) -> Tensor {
    try classifier(EfficientNetLite0.pooled(backbone(images)))
  }

  package func folded() throws(ModelError) -> Network {
    Network(backbone: try backbone.folded(), classifier: classifier)
  }

  /// All tensors by their names in a weight file.
  package var weights: Weights {
    var weights = Weights(["classifier.weight": classifier.weight])
    weights.tensors["classifier.bias"] = classifier.bias
    for unit in backbone.units() {
      for (name, tensor) in unit.tensors { weights.tensors[name] = tensor }
    }
    return weights
  }

  /// A copy that learns without changing this one.
  package func cloned() throws(ModelError) -> Network {
    try Network(from: weights.cloned(), classes: classifier.bias.count)
  }
}
