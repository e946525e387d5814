package import BoxMetrics

/// A trained detector, ready to serve: batch norm folded away, channels side by side in memory.
///
/// Not `Sendable`: it lives on one `TorchThread`, for instance in an actor with that executor.
package final class Detector {
  package let description: DetectorDescription
  /// What the weights occupy.
  package let weightBytes: Int
  private let network: DetectionNetwork
  private let decoder: DetectionDecoder

  /// Images computed at once; more only cost memory.
  package static let batchMax = 16

  /// What to answer with.
  package struct Options: Sendable, Equatable {
    /// Less confident detections are left out; 0 to 1.
    package var confidenceMin: Double
    /// Of two boxes of one class that overlap by more (intersection over union), the less confident
    /// is left out; 0 to 1, and at 1 both always stay.
    package var iouMax: Double
    /// The most confident so many are given; 1 to 1,000.
    package var detectionsMax: Int

    package init(confidenceMin: Double = 0.25, iouMax: Double = 0.6, detectionsMax: Int = 100) {
      self.confidenceMin = confidenceMin
      self.iouMax = iouMax
      self.detectionsMax = detectionsMax
    }

    package static let detectionsLimits = 1...1_000

    /// Throws `.badArgument` naming the first value outside its bounds.
    package func check() throws(ModelError) {
      guard (0...1).contains(confidenceMin) else {
        throw .badArgument("a least confidence of \(confidenceMin); it must lie in 0...1")
      }
      guard (0...1).contains(iouMax) else {
        throw .badArgument("a largest overlap of \(iouMax); it must lie in 0...1")
      }
      guard Options.detectionsLimits.contains(detectionsMax) else {
        throw .badArgument(
          "at most \(detectionsMax) detections; it must lie in \(Options.detectionsLimits)")
      }
    }
  }

  /// One image to look at.
  package struct Input: Sendable {
    /// The whole upright image, stretched to `inputSide * inputSide` RGB pixels, row by row.
    package var pixels: [UInt8]
    /// Of the upright image (after EXIF rotation), in its own pixels: those of the answer's boxes.
    package var width: Int
    package var height: Int
    package var options: Options

    package init(pixels: [UInt8], width: Int, height: Int, options: Options = Options()) {
      self.pixels = pixels
      self.width = width
      self.height = height
      self.options = options
    }
  }

  /// Takes a model file, which is refused whole if anything in it is wrong.
  package convenience init(_ file: SafetensorsFile) throws(ModelError) {
    let description = try DetectorDescription(metadata: file.metadata)
    let network = try DetectionNetwork(from: file.weights, classes: description.classes.count)
    try self.init(network, description)
  }

  package init(_ network: DetectionNetwork, _ description: DetectorDescription) throws(ModelError) {
    self.description = description
    self.network = try withoutGradients { () throws(ModelError) in try network.folded() }
    weightBytes = self.network.weights.tensors.values.reduce(0) { $0 + $1.count * 4 }
    decoder = DetectionDecoder(
      grid: PointGrid(inputSide: description.inputSide), classes: description.classes.count)
  }

  /// The objects in each image, the most confident first, in pixels of the upright image.
  ///
  /// - Throws: `.badArgument` for pixels of another number than the model's, a side below 1, or
  ///   options outside their bounds.
  package func detections(
    in images: [Input]
  ) throws(ModelError) -> [[EvaluatedImage.Prediction]] {
    let side = description.inputSide
    for image in images {
      guard image.pixels.count == side * side * 3 else {
        throw .badArgument(
          "an image of \(image.pixels.count) bytes; the model takes \(side * side * 3)")
      }
      guard image.width > 0, image.height > 0 else {
        throw .badArgument("an image of \(image.width) x \(image.height) pixels")
      }
      try image.options.check()
    }
    var results: [[EvaluatedImage.Prediction]] = []
    for start in stride(from: 0, to: images.count, by: Detector.batchMax) {
      results += try detections(
        batch: images[start..<min(start + Detector.batchMax, images.count)])
    }
    return results
  }

  /// Computes once on a grey image, so that the first caller does not wait for lazy set-up.
  package func warmUp() throws(ModelError) {
    let side = description.inputSide
    let grey = [UInt8](repeating: 127, count: side * side * 3)
    _ = try detections(in: [Input(pixels: grey, width: side, height: side)])
  }

  private func detections(
    batch: ArraySlice<Input>
  ) throws(ModelError) -> [[EvaluatedImage.Prediction]] {
    let output = try output(of: batch.flatMap(\.pixels), images: batch.count)
    let perImage = output.count / batch.count
    return output.withUnsafeBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return [] }
      return batch.enumerated().map { index, image in
        decoder.detections(
          base + index * perImage, size: (image.width, image.height), options: image.options)
      }
    }
  }

  /// What the network says at every point of some images, `(B, N, K + 4 * bins)` row by row.
  package func output(of pixels: [UInt8], images: Int) throws(ModelError) -> [Float] {
    let side = description.inputSide
    return try withoutGradients { () throws(ModelError) in
      let bytes = try Tensor(bytes: pixels, type: .uint8, shape: [images, side, side, 3])
      return try network(EfficientNetLite0.normalized(bytes)).floats()
    }
  }
}
