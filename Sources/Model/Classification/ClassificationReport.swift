/// What came out of training a classifier, beside the model file.
package struct ClassificationReport: Sendable, Equatable {
  package var description: ModelDescription
  /// Of the kept model on the images set aside for validation.
  package var validation: Evaluation
  /// Of both phases, in their order.
  package var epochs: [TrainedEpoch]
  package var trainingImages: Int
  package var validationImages: Int
}
