package import BoxMetrics

/// What came out of training a detector, beside the model file.
///
/// All figures are those of the kept weights on the images set aside for validation, with every
/// prediction of a confidence of 0.01 or more, at most 100 an image.
package struct DetectionReport: Sendable {
  /// Its `bestConfidence` is where the mean of the classes' F1 is best, and 0 without any detection.
  package var description: DetectorDescription
  /// COCO's figures: mAP, mAP at 0.5 and 0.75, by size, recall, and those of each class.
  package var evaluation: DetectionEvaluation
  /// By class: precision, recall and confidence at an IoU of 0.5; nil for a class that no
  /// validation image has.
  package var curves: [ConfidenceCurve?]
  /// Counted at the best confidence; the last row and column are the background.
  package var confusion: DetectionConfusion
  package var epochs: [TrainedEpoch]
  /// Up to 16 validation images for a contact sheet, those with boxes first.
  package var samples: [Sample]
  package var trainingImages: Int
  package var validationImages: Int
  /// Boxes that were reversed, empty or outside their image, and taught nothing.
  package var boxesLeftOut = 0

  /// One validation image with what is there and what was found.
  package struct Sample: Sendable, Equatable {
    /// A position in the set's `examples`.
    package var image: Int
    /// Truth and predictions of at least the best confidence, in pixels of the upright image.
    package var content: EvaluatedImage
  }
}
