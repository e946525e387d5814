/// Some of a project's images: the first ones, and how many there are.
package struct ImageList: Sendable, Equatable {
  /// Of so many an answer tells the names.
  static let namedMax = 100

  /// The numbers of the first ones, which the store knows them by.
  package private(set) var first: [Int64] = []
  package private(set) var count: Int32 = 0

  init() {}

  /// Of so many images of which none is named.
  init(unnamed count: Int32) { self.count = count }

  mutating func append(_ image: Int64) {
    count += 1
    if first.count < Self.namedMax { first.append(image) }
  }

  /// Adds all of another list behind this one's.
  mutating func append(_ other: ImageList) {
    count += other.count
    first += other.first.prefix(Self.namedMax - first.count)
  }
}

/// Something about a project that its owner should know.
package struct Finding: Sendable, Equatable {
  /// What is found.
  ///
  /// The raw values are part of the contract.
  package enum Kind: String, Sendable, CaseIterable {
    case tooFewClasses = "too-few-classes"
    case tooFewImages = "too-few-images"
    case tooFewBoxes = "too-few-boxes"
    case unlabeled = "unlabeled"
    case imbalanced = "imbalanced"
    case fewImages = "few-images"
    case duplicates = "duplicates"
    case conflictingDuplicates = "conflicting-duplicates"
    case tinyImage = "tiny-image"
    case boxOutOfRange = "box-out-of-range"
    case boxDegenerate = "box-degenerate"
    case boxDuplicate = "box-duplicate"
    case noBoxes = "no-boxes"
  }

  package var kind: Kind
  /// Whether training is refused until it is mended.
  package var isError: Bool
  package var message: String
  /// The images it is about.
  package var images = ImageList()
}

/// A number of things, in words: "1 image", "2 images".
func counted(_ count: some BinaryInteger, _ noun: String, plural: String? = nil) -> String {
  "\(count) \(count == 1 ? noun : plural ?? noun + "s")"
}
