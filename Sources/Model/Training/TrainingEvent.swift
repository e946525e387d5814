/// One step of progress, for whoever watches.
package struct TrainingEvent: Sendable, Equatable {
  package enum Phase: String, Sendable {
    /// Images are decoded, as many as memory is given for; there are no epochs.
    case images
    /// The untouched backbone looks at every image once; there are no epochs.
    case features
    /// A classifier is trained on those features.
    case head
    /// The last stages of the backbone learn with it.
    case fineTuning
  }

  package var phase: Phase
  /// From 1; 0 before the first has ended.
  package var epoch = 0
  package var epochs = 0
  /// How much of the phase is done, 0 to 1.
  package var fraction = 0.0
  /// The mean over the images since the epoch began.
  package var loss: Double?
  /// Of the last complete epoch.
  package var validationAccuracy: Double?
  /// A detector's mAP over the IoU thresholds from 0.5 to 0.95, instead.
  package var validationAveragePrecision: Double?
  package var imagesPerSecond = 0.0
  /// Until the end of all phases, as far as can be told.
  package var secondsLeft = 0.0
  /// Something chosen automatically, said once.
  package var note: String?

  package init(phase: Phase) {
    self.phase = phase
  }
}

/// What came out of a training, beside the model file.
package struct TrainingReport: Sendable, Equatable {
  package enum Kept: String, Sendable { case head, fineTuned }

  package var description: ModelDescription
  package var kept: Kept
  /// Of the kept model on the images set aside for validation.
  package var validation: Evaluation
  package var headAccuracy: Double
  /// nil when nothing was fine-tuned.
  package var fineTunedAccuracy: Double?
  package var trainingImages: Int
  package var validationImages: Int
  package var seconds: Double
}
