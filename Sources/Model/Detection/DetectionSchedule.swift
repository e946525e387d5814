/// What the recipe leaves open, chosen by the number of images.
package struct DetectionSchedule: Sendable, Equatable {
  package var batchImages = 8
  /// Stages of the backbone, from the input, that stay as they are; 0 to 5.
  var frozenStages = 3
  var epochs: Int
  /// Batches in an epoch; a last one too small is left for another epoch.
  var stepsPerEpoch: Int
  /// Of the pyramid and the head.
  var learningRate = 2e-3
  /// The backbone knows much already, and learns slower by this.
  var backboneRateFactor = 0.3
  var weightDecay = 0.02
  /// How much of the averaged weights survives a step.
  var averageDecay = 0.995
  /// Of the views, until the closing epochs.
  var mosaicPart = 0.3
  /// The part of the epochs, at the end, that look at whole single images as a detector will.
  var closingPart = 0.2

  /// Steps that a few hundred images and a head from nothing need.
  private static let stepsWanted = 2_500
  private static let epochsWanted = 15...300

  package init(trainingImages: Int, epochs: Int?) {
    stepsPerEpoch = max(1, trainingImages / batchImages)
    let enough = DetectionSchedule.stepsWanted / stepsPerEpoch
    let range = DetectionSchedule.epochsWanted
    self.epochs = epochs ?? min(range.upperBound, max(range.lowerBound, enough))
  }

  /// To learn from.
  var imagesPerEpoch: Int { stepsPerEpoch * batchImages }

  /// Validating after fewer steps would take longer than learning.
  var epochsPerValidation: Int { max(1, (10 + stepsPerEpoch - 1) / stepsPerEpoch) }

  /// Validated epochs without gain after which to stop.
  func patience(epochs: Int) -> Int { max(10, epochs / 3) }

  func isClosing(epoch: Int, of epochs: Int) -> Bool {
    Double(epoch) > Double(epochs) * (1 - closingPart)
  }
}
