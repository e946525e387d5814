/// What is in an image and what a detector found in it.
public struct EvaluatedImage: Hashable, Sendable {
  /// An object that is there.
  public struct Truth: Hashable, Sendable {
    /// Where it is.
    public var box: Box
    /// Its class, counted from 0.
    public var classIndex: Int
    /// Whether the box stands for a region of many objects: detections in it count neither as right
    /// nor as wrong.
    public var isCrowd: Bool
    /// What its size is judged by, in square pixels; annotations of shapes state less than the box.
    public var area: Double

    /// Makes an object; its area is that of its box unless given.
    public init(box: Box, classIndex: Int, isCrowd: Bool = false, area: Double? = nil) {
      self.box = box
      self.classIndex = classIndex
      self.isCrowd = isCrowd
      self.area = area ?? box.area
    }
  }

  /// An object that was found.
  public struct Prediction: Hashable, Sendable {
    /// Where it is.
    public var box: Box
    /// Its class, counted from 0.
    public var classIndex: Int
    /// How sure the detector is; only the order matters.
    public var confidence: Double

    /// Makes a found object.
    public init(box: Box, classIndex: Int, confidence: Double) {
      self.box = box
      self.classIndex = classIndex
      self.confidence = confidence
    }
  }

  /// What is there.
  public var truths: [Truth]
  /// What was found, in any order.
  public var predictions: [Prediction]

  /// Makes an image of what is there and what was found.
  public init(truths: [Truth], predictions: [Prediction]) {
    self.truths = truths
    self.predictions = predictions
  }
}
