internal import API
internal import Codec
internal import RPCCore
internal import Store

/// The bounds of what a caller may ask of a training; 0 always means that the recipe chooses.
enum TrainingParameterLimits {
  /// Passes over the images.
  static let epochsMax: Int32 = 1_000
  /// What a training may take.
  static let timeBudgetSeconds: ClosedRange<Int32> = 10...86_400
  /// What a classifier may take when nothing is asked for.
  static let timeBudgetSecondsDefault: Int32 = 480
  /// A detector learns as a whole, which takes longer; it stops when it no longer gains.
  static let detectionTimeBudgetSecondsDefault: Int32 = 1_800
  /// Of the images that are kept for measuring.
  static let validationFraction = 0.05...0.5
  /// Of the images, when nothing is asked for.
  static let validationFractionDefault = 0.15
  /// Pixels of the squares that a model sees.
  static let inputSide: ClosedRange<Int32> = 64...512
  /// The side is a multiple of it.
  static let inputSideStep: Int32 = 32
}

extension TrainingParameters {
  /// The parameters with the documented defaults filled in, and nothing that the contract lacks.
  ///
  /// - Throws: `INVALID_ARGUMENT` that names the field, its value and its bounds.
  func checked(for type: ProjectType) throws(Status) -> TrainingParameters {
    var checked = self
    checked.unknownFields = UnknownFields()
    try check(
      (0...TrainingParameterLimits.epochsMax).contains(epochs), "epochs", "\(epochs)",
      "0 to \(TrainingParameterLimits.epochsMax)")
    if timeBudgetSeconds == 0 {
      checked.timeBudgetSeconds =
        type == .detection
        ? TrainingParameterLimits.detectionTimeBudgetSecondsDefault
        : TrainingParameterLimits.timeBudgetSecondsDefault
    } else {
      try check(
        TrainingParameterLimits.timeBudgetSeconds.contains(timeBudgetSeconds),
        "time_budget_seconds", "\(timeBudgetSeconds)",
        "0, or \(words(TrainingParameterLimits.timeBudgetSeconds))")
    }
    if validationFraction == 0 {
      checked.validationFraction = TrainingParameterLimits.validationFractionDefault
    } else {
      try check(
        TrainingParameterLimits.validationFraction.contains(validationFraction),
        "validation_fraction", "\(validationFraction)",
        "0, or \(words(TrainingParameterLimits.validationFraction))")
    }
    if inputSide != 0 {
      let isInBounds = TrainingParameterLimits.inputSide.contains(inputSide)
      let step = TrainingParameterLimits.inputSideStep
      try check(
        isInBounds && inputSide.isMultiple(of: step), "input_side", "\(inputSide)",
        "0, or a multiple of \(step) from \(words(TrainingParameterLimits.inputSide))")
    }
    try check(
      !headOnly || type == .classification, "head_only", "true",
      "false for a detection project, whose models have no part that learns alone")
    return checked
  }

  private func words<Bound>(_ range: ClosedRange<Bound>) -> String {
    "\(range.lowerBound) to \(range.upperBound)"
  }

  private func check(
    _ holds: Bool, _ field: String, _ value: String, _ bounds: String
  ) throws(Status) {
    guard holds else { throw invalid("parameters.\(field)", "\(value); it must be \(bounds)") }
  }
}
