/// How to train a classifier; the defaults suit a few hundred to a few thousand images.
package struct ClassificationRecipe: Sendable, Equatable {
  /// Decides the split, the order and the augmentation.
  package var seed: UInt64 = 1
  /// The network's input in pixels a side; nil chooses by the size of the images.
  package var inputSide: Int?
  /// Wall time for everything.
  ///
  /// The same seed and data give the same weights where it suffices.
  package var timeBudget = Duration.seconds(600)
  /// Threads which one operation computes with.
  package var computingThreads = 2
  package var validationFraction = 0.15
  /// Whether training may show images mirrored left to right, too; it does so if mirrored validation
  /// images are recognised about as well as straight ones.
  package var mirrors = true

  package var headEpochsMax = 60
  package var headLearningRate = 1e-3
  /// The head stops when its validation loss did not fall for so many epochs.
  package var headPatience = 8

  /// 0 keeps the backbone as it is.
  package var fineTuningEpochs = 10
  package var fineTuningLearningRate = 3e-4
  /// Stages of the backbone, from the input, that stay as they are; 0 to 18.
  package var frozenStages = 5
  /// Fine-tuning looks at views of this part of the input side, and takes its square in time.
  ///
  /// What is cut out of an image looks larger than in the whole, so this also evens sizes out.
  package var trainingSideFactor = 0.75
  package var batchImages = 16
  package var weightDecay = 0.02
  package var labelSmoothing = 0.1
  /// 0 counts every image alike; 1 makes up for rare classes in full.
  package var classWeightPower = 0.5
  /// The smallest part of an image that augmentation cuts out, as a share of its area.
  package var cropAreaMin = 0.4
  /// Largest turn in degrees, and largest relative change of brightness and contrast.
  package var turnDegreesMax = 8.0
  package var colorChangeMax = 0.2
  /// How much of the averaged weights survives a step.
  package var averageDecay = 0.99

  /// Memory for decoded images; what exceeds it is decoded again each time.
  package var pixelCacheBytesMax = 1 << 30

  package init() {}

  /// Throws `.badArgument` naming the first value outside its bounds.
  package func check() throws(ModelError) {
    if let inputSide, !EfficientNetLite0.inputSides.contains(inputSide) {
      throw .badArgument("input side \(inputSide); it must lie in \(EfficientNetLite0.inputSides)")
    }
    try checkRange("validation fraction", validationFraction, 0.05...0.5)
    try checkRange("time budget in seconds", timeBudget / .seconds(1), 1...86_400)
    try checkRange("threads", Double(computingThreads), 1...64)
    try checkRange("head epochs", Double(headEpochsMax), 1...1000)
    try checkRange("fine-tuning epochs", Double(fineTuningEpochs), 0...1000)
    try checkRange("frozen stages", Double(frozenStages), 0...Double(EfficientNetLite0.stageCount))
    try checkRange("training side factor", trainingSideFactor, 0.5...1)
    try checkRange("batch", Double(batchImages), 2...256)
    try checkRange("learning rate", fineTuningLearningRate, 1e-7...1)
    try checkRange("learning rate of the head", headLearningRate, 1e-7...1)
    try checkRange("weight decay", weightDecay, 0...1)
    try checkRange("label smoothing", labelSmoothing, 0...0.9)
    try checkRange("smallest crop", cropAreaMin, 0.05...1)
  }

  /// The side of the views that fine-tuning looks at, in whole steps of the network's reduction.
  ///
  /// Small inputs are not made smaller: three steps across are few enough.
  func trainingSide(inputSide: Int) -> Int {
    let steps = (Double(inputSide) * trainingSideFactor / 32).rounded()
    return min(inputSide, max(3, Int(steps)) * 32)
  }

  /// What follows the features, counted in images that take as long as theirs: measured on a CPU, a
  /// learning step takes three times as long for the same pixels.
  func laterImages(imageCount: Int) -> Double {
    let side = Double(trainingSide(inputSide: 224)) / 224
    let learning = (1 - validationFraction) * 3 * side * side
    return Double(imageCount * fineTuningEpochs) * (learning + validationFraction)
  }

  /// The input side for images of this size: larger than a small image gains nothing.
  static func inputSide(shorterSideMedian: Int) -> Int {
    switch shorterSideMedian {
    case ...40: 96
    case ...112: 160
    default: 224
    }
  }
}
