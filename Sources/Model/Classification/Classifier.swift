/// A trained model, ready to serve: batch norm folded away, channels side by side in memory.
///
/// Not `Sendable`: it lives on one `TorchThread`, for instance in an actor with that executor.
package final class Classifier {
  package let description: ModelDescription
  /// What the weights occupy.
  package let weightBytes: Int
  private let network: Network

  /// Images computed at once; more only cost memory.
  package static let batchMax = 16

  /// Takes a model file, which is refused whole if anything in it is wrong.
  package convenience init(_ file: SafetensorsFile) throws(ModelError) {
    let description = try ModelDescription(metadata: file.metadata)
    let network = try Network(from: file.weights, classes: description.classes.count)
    try self.init(network, description)
  }

  init(_ network: Network, _ description: ModelDescription) throws(ModelError) {
    self.description = description
    self.network = try withoutGradients { () throws(ModelError) in try network.folded() }
    weightBytes = self.network.weights.tensors.values.reduce(0) { $0 + $1.count * 4 }
  }

  /// The probability of each class for each image.
  ///
  /// An image is `inputSide * inputSide` RGB pixels, row by row; `.badArgument` for any other size.
  package func probabilities(of images: [[UInt8]]) throws(ModelError) -> [[Float]] {
    let side = description.inputSide
    for image in images where image.count != side * side * 3 {
      throw .badArgument("an image of \(image.count) bytes; the model takes \(side * side * 3)")
    }
    var results: [[Float]] = []
    for start in stride(from: 0, to: images.count, by: Classifier.batchMax) {
      let batch = images[start..<min(start + Classifier.batchMax, images.count)]
      let pixels = try Tensor(
        bytes: batch.flatMap { $0 }, type: .uint8, shape: [batch.count, side, side, 3])
      let values = try probabilities(pixels: pixels).floats()
      let classes = description.classes.count
      results += (0..<batch.count).map { Array(values[$0 * classes..<($0 + 1) * classes]) }
    }
    return results
  }

  /// Computes once on a grey image, so that the first caller does not wait for lazy set-up.
  package func warmUp() throws(ModelError) {
    let side = description.inputSide
    _ = try probabilities(of: [[UInt8](repeating: 127, count: side * side * 3)])
  }

  /// `(B, H, W, 3)` bytes to `(B, K)`.
  private func probabilities(pixels: Tensor) throws(ModelError) -> Tensor {
    try withoutGradients { () throws(ModelError) in
      let images = try EfficientNetLite0.normalized(pixels)
      let straight = try network(images).softmax()
      guard description.averagesMirrored else { return straight }
      let mirrored = try network(images.flipped(dimension: 3)).softmax()
      return try (straight + mirrored).scaled(by: 0.5)
    }
  }
}
