internal import BoxMetrics

/// Turns what the network says about one image into boxes.
struct DetectionDecoder {
  let grid: PointGrid
  let classes: Int

  /// The objects in an image of `size` upright pixels, the most confident first.
  ///
  /// `output` is `(N, K + 4 * bins)`, row by row. Boxes are clipped to the image; what is then empty
  /// is left out, and so is what came out as no number.
  func detections(
    _ output: UnsafePointer<Float>, size: (width: Int, height: Int), options: Detector.Options
  ) -> [EvaluatedImage.Prediction] {
    let kept = Suppression.kept(
      candidates(output, confidenceMin: options.confidenceMin),
      overlapMax: Float(options.iouMax), detectionsMax: options.detectionsMax)
    let (width, height) = (Double(size.width), Double(size.height))
    let (scaleX, scaleY) = (width / Double(grid.inputSide), height / Double(grid.inputSide))
    return kept.compactMap { candidate in
      let edges = candidate.edges
      guard !(0..<4).contains(where: { edges[$0].isNaN }) else { return nil }
      let box = Box(
        xMin: Double(edges[0]) * scaleX, yMin: Double(edges[1]) * scaleY,
        xMax: Double(edges[2]) * scaleX, yMax: Double(edges[3]) * scaleY
      ).clipped(width: width, height: height)
      guard box.xMax > box.xMin, box.yMax > box.yMin else { return nil }
      return .init(
        box: box, classIndex: candidate.classIndex, confidence: Double(candidate.confidence))
    }
  }

  private func candidates(
    _ output: UnsafePointer<Float>, confidenceMin: Double
  ) -> [Suppression.Candidate] {
    let threshold = BoxCoding.logit(confidenceMin)
    let width = DetectionNetwork.width(classes: classes)
    var candidates: [Suppression.Candidate] = []
    for point in 0..<grid.count {
      let row = output + point * width
      var edges: SIMD4<Float>?
      for label in 0..<classes where row[label] >= threshold {
        let box = edges ?? BoxCoding.edges(row + classes, at: point, of: grid)
        edges = box
        candidates.append(
          .init(
            edges: box, classIndex: label, confidence: BoxCoding.sigmoid(row[label]),
            point: point))
      }
    }
    return candidates
  }
}
