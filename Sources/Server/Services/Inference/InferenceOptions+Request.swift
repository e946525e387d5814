internal import API
internal import RPCCore
internal import Store

/// The bounds of what a caller may ask of an answer.
enum InferenceLimits {
  /// Classes in an answer that a caller may ask for.
  static let topKMax: UInt32 = 1_000
  /// Classes in an answer when none are asked for.
  static let topKDefault: UInt32 = 5
  /// Confidences and overlaps.
  static let share = 0.0...1.0
  /// Overlap of two objects above which the less certain one is left out.
  static let iouMaxDefault = 0.6
  /// Objects in an answer that a caller may ask for.
  static let detectionsMax: UInt32 = 1_000
  /// Objects in an answer when none are asked for.
  static let detectionsMaxDefault: UInt32 = 100
}

extension InferenceOptions {
  /// - Throws: `INVALID_ARGUMENT` that names the field, its value and its bounds.
  init(_ request: InferRequest) throws(Status) {
    guard request.topK <= InferenceLimits.topKMax else {
      throw invalid("top_k", "\(request.topK); the limit is \(InferenceLimits.topKMax)")
    }
    try Self.checkShare(request.confidenceMin, "confidence_min")
    try Self.checkShare(request.iouMax, "iou_max")
    guard request.detectionsMax <= InferenceLimits.detectionsMax else {
      throw invalid(
        "detections_max", "\(request.detectionsMax); the limit is \(InferenceLimits.detectionsMax)")
    }
    self.init(
      topK: request.topK, confidenceMin: request.confidenceMin, iouMax: request.iouMax,
      detectionsMax: request.detectionsMax)
  }

  private static func checkShare(_ value: Double?, _ field: String) throws(Status) {
    guard let value else { return }
    guard InferenceLimits.share.contains(value) else {
      throw invalid(field, "\(value); it must be 0 to 1")
    }
  }

  /// An option that does nothing would look as if it had done something.
  ///
  /// - Throws: `INVALID_ARGUMENT` when one is for models of another kind.
  func check(for publication: PublicationRecord) throws(Status) {
    switch publication.training.kind {
    case .detection: return
    case .classification: break
    }
    let given = [
      ("confidence_min", confidenceMin.map { "\($0)" }), ("iou_max", iouMax.map { "\($0)" }),
      ("detections_max", detectionsMax == 0 ? nil : "\(detectionsMax)"),
    ]
    for case (let field, .some(let value)) in given {
      throw invalid(
        field,
        "\(value); it is an option of detection models, and '\(publication.address)' is a"
          + " classification model")
    }
  }
}
