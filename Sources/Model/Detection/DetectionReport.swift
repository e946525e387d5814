package import BoxMetrics

/// What came out of training a detector, beside the model file.
///
/// All figures are those of the kept weights on the images set aside for validation, with every
/// prediction of a confidence of 0.01 or more, at most 100 an image.
package struct DetectionReport: Sendable {
  package var description: DetectorDescription
  /// COCO's figures: mAP, mAP at 0.5 and 0.75, by size, recall, and those of each class.
  package var evaluation: DetectionEvaluation
  /// By class: precision, recall and confidence at an IoU of 0.5; nil for a class that no
  /// validation image has.
  package var curves: [ConfidenceCurve?]
  /// Counted at `bestConfidence`; the last row and column are the background.
  package var confusion: DetectionConfusion
  /// Where the mean of the classes' F1 is best: what to show users from; 0 without any detection.
  package var bestConfidence: Double
  /// One for each time that was validated, in their order.
  package var epochs: [Epoch]
  /// Up to 16 validation images for a contact sheet, those with boxes first.
  package var samples: [Sample]
  package var trainingImages: Int
  package var validationImages: Int
  /// Boxes that were reversed, empty or outside their image, and taught nothing.
  package var boxesLeftOut: Int
  /// Of everything, decoding included.
  package var seconds: Double
  /// While learning, validation not included.
  package var trainingImagesPerSecond: Double
  /// While validating.
  package var inferenceImagesPerSecond: Double

  /// How far training was and how well it did then.
  package struct Epoch: Sendable, Equatable {
    /// From 1.
    package var number: Int
    /// The mean over the epoch's images; what follows is of the averaged weights.
    package var trainingLoss: Double
    package var validationLoss: Double
    /// mAP over the thresholds from 0.5 to 0.95; 0 where nothing could be found.
    package var averagePrecision: Double
    package var averagePrecision50: Double
    /// Whether these are the weights that were kept.
    package var isKept: Bool
  }

  /// One validation image with what is there and what was found.
  package struct Sample: Sendable, Equatable {
    /// A position in the set's `examples`.
    package var image: Int
    /// Truth and predictions of at least `bestConfidence`, in pixels of the upright image.
    package var content: EvaluatedImage
  }
}
