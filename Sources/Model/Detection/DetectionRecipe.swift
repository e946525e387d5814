/// How to train a detector; the defaults suit a few dozen to a few thousand images.
package struct DetectionRecipe: Sendable, Equatable {
  /// Decides the split, the order and the augmentation.
  package var seed: UInt64 = 1
  /// The network's input in pixels a side, a multiple of 32.
  package var inputSide = 320
  /// Passes over the training images; nil chooses by their number.
  ///
  /// Fewer are made when the time is short or validation no longer gains.
  package var epochs: Int?
  /// Wall time for everything.
  ///
  /// The same seed, data and threads give the same weights where it suffices.
  package var timeBudget = Duration.seconds(1800)
  /// Threads which one operation computes with.
  package var computingThreads = 2
  package var validationFraction = 0.15
  /// Whether training shows images mirrored left to right, too; not for letters or arrows.
  package var mirrors = true

  package init() {}

  package static let inputSides = 64...640

  /// Throws `.badArgument` naming the first value outside its bounds.
  package func check() throws(ModelError) {
    guard DetectionRecipe.inputSides.contains(inputSide), inputSide.isMultiple(of: 32) else {
      throw .badArgument(
        "input side \(inputSide); it must be a multiple of 32 in \(DetectionRecipe.inputSides)")
    }
    if let epochs { try checkRange("epochs", Double(epochs), 1...1000) }
    try checkRange("validation fraction", validationFraction, 0.05...0.5)
    try checkRange("time budget in seconds", timeBudget / .seconds(1), 1...86_400)
    try checkRange("threads", Double(computingThreads), 1...64)
  }
}
