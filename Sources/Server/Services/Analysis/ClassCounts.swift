internal import API
import Store

/// How many images and boxes each class has, in the order of the project's list.
struct ClassCounts {
  /// Images with the class.
  private(set) var images: [Int32]
  /// Boxes with the class.
  private(set) var boxes: [Int32]
  /// Boxes of which enough lies in the image to be learned.
  private(set) var usableBoxes: [Int32]
  /// The last image that was counted for each class.
  private var last: [Int64]

  init(classes: Int) {
    images = Array(repeating: 0, count: classes)
    boxes = images
    usableBoxes = images
    last = Array(repeating: 0, count: classes)
  }

  /// - Returns: whether the image has a box that can be learned.
  @discardableResult
  mutating func count(_ image: borrowing ExaminedImage) -> Bool {
    if let place = image.classPlace { images[Int(place)] += 1 }
    var hasUsable = false
    for box in image.boxes {
      let place = Int(box.classIndex)
      boxes[place] += 1
      if last[place] != image.id {
        last[place] = image.id
        images[place] += 1
      }
      if box.canBeLearned(width: image.width, height: image.height) {
        usableBoxes[place] += 1
        hasUsable = true
      }
    }
    return hasUsable
  }
}

extension EngineBox {
  /// Whether enough of it lies in the image.
  fileprivate func canBeLearned(width: Int32, height: Int32) -> Bool {
    min(xMax, Double(width)) - max(xMin, 0) >= ReadinessRules.boxSideMin
      && min(yMax, Double(height)) - max(yMin, 0) >= ReadinessRules.boxSideMin
  }
}
