/// One step of progress, for whoever watches.
package struct TrainingStep: Sendable, Equatable {
  package enum Phase: Sendable {
    /// Images are decoded, as many as memory is given for; there are no epochs.
    case images
    /// The untouched backbone looks at every image once; there are no epochs.
    case features
    /// A classifier is trained on those features.
    case head
    /// The last stages of the backbone learn with it.
    case fineTuning
    /// What an epoch, or the head, has learned is measured.
    case evaluation
  }

  package var phase: Phase
  /// The one under way, from 1; 0 in a phase without epochs.
  package var epoch = 0
  package var epochs = 0
  /// Images done and to do within the epoch or the evaluation, or the phase if it has no epochs.
  package var imagesDone = 0
  package var imagesTotal = 0
  /// The mean over the images of the epoch so far.
  package var loss: Double?
  /// The last measured.
  package var validationAccuracy: Double?
  /// A detector's mAP over the IoU thresholds from 0.5 to 0.95, instead.
  package var validationAveragePrecision: Double?
  /// Over all of the phase, evaluations included.
  package var imagesPerSecond = 0.0
  /// Until the end of all phases, as far as can be told.
  package var secondsLeft = 0.0
  /// Something chosen automatically, said once.
  package var note: String?

  package init(phase: Phase) {
    self.phase = phase
  }
}

/// An epoch that has ended, and what was measured after it.
package struct TrainedEpoch: Sendable, Equatable {
  package let phase: TrainingStep.Phase
  /// From 1, within the phase.
  package let number: Int
  /// The mean over the epoch's images.
  package let loss: Double
  /// Since the training started.
  package let seconds: Double
  /// What follows is nil where it was not measured; averaged weights are measured where there are any.
  package var validationLoss: Double?
  package var validationAccuracy: Double?
  /// mAP over the IoU thresholds from 0.5 to 0.95; 0 where nothing could be found.
  package var averagePrecision: Double?
  package var averagePrecision50: Double?
}
