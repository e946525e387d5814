internal import SeededRandom

/// Divides images into those to learn from and those to validate by.
///
/// Each class is divided in the same proportion; images of one group, such as duplicates, stay on
/// one side; the same seed and data give the same split.
package struct StratifiedSplit: Sendable, Equatable {
  /// Image numbers, rising.
  package var training: [Int]
  /// Image numbers, rising.
  package var validation: [Int]

  /// Divides images by their classes, keeping those with equal group numbers together.
  ///
  /// A class of one group only learns; every other has at least one image on each side.
  package init(labels: [Int], groups: [Int], validationFraction: Double, seed: UInt64) {
    precondition(labels.count == groups.count, "one group for each image")
    var generator = SeededGenerator(seed: seed)
    var membersOfGroup: [Int: [Int]] = [:]
    for (image, group) in groups.enumerated() { membersOfGroup[group, default: []].append(image) }
    var groupsOfClass: [Int: [[Int]]] = [:]
    // A group of several labels (the same image labelled twice) counts for its first image's.
    for members in membersOfGroup.values.sorted(by: { $0[0] < $1[0] }) {
      groupsOfClass[labels[members[0]], default: []].append(members)
    }
    training = []
    validation = []
    for (_, all) in groupsOfClass.sorted(by: { $0.key < $1.key }) {
      let total = all.reduce(0) { $0 + $1.count }
      var wanted = Int((Double(total) * validationFraction).rounded())
      if all.count > 1, validationFraction > 0 { wanted = max(1, wanted) }
      var taken = 0
      for (index, members) in all.shuffled(using: &generator).enumerated() {
        // The last group always learns, so that no class is only validated.
        let fits = taken < wanted && taken + members.count <= wanted + members.count / 2
        if fits && index < all.count - 1 {
          validation += members
          taken += members.count
        } else {
          training += members
        }
      }
    }
    training.sort()
    validation.sort()
  }
}
