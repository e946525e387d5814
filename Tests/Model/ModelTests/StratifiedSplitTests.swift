import SeededRandom
import Testing

@testable import Model

struct StratifiedSplitTests {
  @Test(arguments: 0..<50 as Range<UInt64>)
  func `every image is on one side, and every group too`(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let count = Int.random(in: 2...200, using: &random)
    let labels = (0..<count).map { _ in Int.random(in: 0..<5, using: &random) }
    let groups = (0..<count).map { _ in Int.random(in: 0..<count, using: &random) }
    let split = StratifiedSplit(
      labels: labels, groups: groups, validationFraction: 0.2, seed: seed)
    #expect((split.training + split.validation).sorted() == Array(0..<count))
    let learned = Set(split.training.map { groups[$0] })
    let validated = Set(split.validation.map { groups[$0] })
    #expect(learned.isDisjoint(with: validated))
  }

  @Test func `each class is divided in the same proportion`() {
    let labels = (0..<300).map { $0 < 200 ? 0 : $0 < 280 ? 1 : 2 }
    let split = StratifiedSplit(
      labels: labels, groups: Array(labels.indices), validationFraction: 0.2, seed: 3)
    let counts = (0..<3).map { label in split.validation.count { labels[$0] == label } }
    #expect(counts == [40, 16, 4])
  }

  @Test func `the same seed divides alike, another differently`() {
    let labels = (0..<100).map { $0 % 4 }
    func split(_ seed: UInt64) -> StratifiedSplit {
      StratifiedSplit(
        labels: labels, groups: Array(labels.indices), validationFraction: 0.2, seed: seed)
    }
    #expect(split(5) == split(5))
    #expect(split(5) != split(6))
  }

  @Test func `a class of two images has one on each side, a class of one group only learns`() {
    let split = StratifiedSplit(
      labels: [0, 0, 1, 1], groups: [0, 1, 2, 2], validationFraction: 0.1, seed: 1)
    #expect(split.validation.count == 1)
    #expect(split.training.filter { $0 >= 2 } == [2, 3])
  }
}
