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
  /// Hashes of the images it is about.
  package var images: [String] = []
}
