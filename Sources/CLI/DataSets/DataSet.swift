/// Images with their labels, whatever the format they were read from or are written to.
package struct DataSet: Hashable, Sendable {
  /// In the order of the format where it has one, else sorted; each once.
  package var classNames: [String]
  /// By path.
  package var images: [LabeledImage]

  package init(classNames: [String] = [], images: [LabeledImage] = []) {
    self.classNames = classNames
    self.images = images
  }
}

/// An image file of a data set and what is known of it.
package struct LabeledImage: Hashable, Sendable {
  /// Relative to the data set's folder, with `/`, and never leading out of it.
  package var path: String
  /// As shown, after EXIF rotation; nil where nothing needed it.
  package var size: PixelSize?
  /// Nil for an image that nobody has looked at.
  package var label: Label?
  /// Nil where the format does not say.
  package var split: Split?

  package init(path: String, size: PixelSize? = nil, label: Label? = nil, split: Split? = nil) {
    self.path = path
    self.size = size
    self.label = label
    self.split = split
  }
}

/// What a person says of an image.
package enum Label: Hashable, Sendable {
  case className(String)
  /// None means: looked at, nothing there.
  case boxes([LabeledBox])
}

/// An object in an image: a box along the axes, in pixels from the top left corner.
package struct LabeledBox: Hashable, Sendable {
  package var className: String
  package var xMin: Double
  package var yMin: Double
  package var xMax: Double
  package var yMax: Double
  /// Whether it stands for a region of many objects, as some of COCO's do.
  package var isCrowd: Bool

  package init(
    className: String, xMin: Double, yMin: Double, xMax: Double, yMax: Double, isCrowd: Bool = false
  ) {
    self.className = className
    self.xMin = xMin
    self.yMin = yMin
    self.xMax = xMax
    self.yMax = yMax
    self.isCrowd = isCrowd
  }
}

/// Width and height in pixels.
package struct PixelSize: Hashable, Sendable, CustomStringConvertible {
  package var width: Int
  package var height: Int

  package init(width: Int, height: Int) {
    self.width = width
    self.height = height
  }

  package var description: String { "\(width) x \(height)" }
}

/// The parts that data sets are divided into.
package enum Split: String, Hashable, Sendable, CaseIterable {
  case train
  case val
  case test

  /// The part that a folder, a file or a word is named for; nil for any other name.
  package init?(name: String) {
    switch name.lowercased() {
    case "train", "training": self = .train
    case "val", "valid", "validation", "dev": self = .val
    case "test", "testing": self = .test
    default: return nil
    }
  }

  /// The part that the words of a name such as `instances_val2017` speak of, if it is one alone.
  init?(wordsOf name: String) {
    let words = name.split { !$0.isLetter }
    let named = Set(words.compactMap { Split(name: String($0)) })
    guard named.count == 1, let split = named.first else { return nil }
    self = split
  }
}
