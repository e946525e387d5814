internal import API
internal import RPCCore
internal import Store

/// The bounds of what a caller may ask of an answer.
enum InferenceLimits {
  /// Classes in an answer that a caller may ask for.
  static let topKMax: Int32 = 1_000
  /// Classes in an answer when none are asked for.
  static let topKDefault: Int32 = 5
  /// Confidences and overlaps.
  static let share = 0.0...1.0
  /// Overlap of two objects above which the less certain one is left out.
  static let iouMaxDefault = 0.6
  /// Objects in an answer that a caller may ask for.
  static let detectionsMax: Int32 = 1_000
  /// Objects in an answer when none are asked for.
  static let detectionsMaxDefault: Int32 = 100
}

extension InferRequest {
  /// - Throws: `INVALID_ARGUMENT` that names the field, its value and its bounds.
  func check() throws(Status) {
    guard (0...InferenceLimits.topKMax).contains(topK) else {
      throw invalid("top_k", "\(topK); the limits are 0 and \(InferenceLimits.topKMax)")
    }
    for case (let field, .some(let share)) in [
      ("confidence_min", confidenceMin), ("iou_max", iouMax),
    ] where !InferenceLimits.share.contains(share) {
      throw invalid(field, "\(share); it must be 0 to 1")
    }
    guard (0...InferenceLimits.detectionsMax).contains(detectionsMax) else {
      throw invalid(
        "detections_max", "\(detectionsMax); the limits are 0 and \(InferenceLimits.detectionsMax)")
    }
    guard !image.isEmpty else { throw invalid("image", "no bytes") }
  }

  /// An option that does nothing would look as if it had done something.
  ///
  /// - Throws: `INVALID_ARGUMENT` when one is for models of another kind.
  func check(for publication: PublicationRecord) throws(Status) {
    guard publication.training.type == .classification else { return }
    let given = [
      ("confidence_min", confidenceMin.map { "\($0)" }), ("iou_max", iouMax.map { "\($0)" }),
      ("detections_max", detectionsMax == 0 ? nil : "\(detectionsMax)"),
    ]
    for case (let field, .some(let value)) in given {
      throw invalid(
        field,
        "\(value); it is an option of detection models, and '\(publication.message.model)' is a"
          + " classification model", reason: .wrongProjectType)
    }
  }
}
