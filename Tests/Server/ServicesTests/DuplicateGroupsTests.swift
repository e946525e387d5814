import SeededRandom
import TestSupport
import Testing

@testable import Services

/// Half of its bits are set.
private let busy: UInt64 = 0xaaaa_aaaa_aaaa_aaaa

struct DuplicateGroupsTests {
  private static let cases: [([UInt64], [UInt32])] =
    [
      ([], []), ([0], [0]), ([0, 0b111], [0, 0]), ([0, 0b1111], [0, 1]),
      ([0, 0x8000_0000_8000_8000], [0, 0]), ([0, .max, 1, .max - 1], [0, 1, 0, 1]),
      // The ends differ in six bits but the one between them is like both.
      ([0, 0b111, 0b111_111], [0, 0, 0]), ([0, 0b111_111, 0b111], [0, 0, 0]),
    ].map { flips, groups in (flips.map { busy ^ $0 }, groups) } + [
      // Flat: seven bits must all agree, of sixteen two may differ but not three.
      ([0, 0, 1], [0, 0, 1]), ([0x7f, 0x7f, 0xff], [0, 0, 1]),
      ([0x1_ffff, 0x3_fffd], [0, 0]), ([0x1_ffff, 0x3_fffc], [0, 1]),
      ([~0x7f, ~0x7f, ~0xff], [0, 0, 1]),
    ]

  @Test(arguments: cases)
  func `hashes up to three bits apart are one group, fewer if flat`(
    hashes: [UInt64], groups: [UInt32]
  ) throws {
    #expect(try Array(duplicateGroups(of: hashes)) == groups)
  }

  /// Sets of hashes that are hard to group: each is a way to make the next hash.
  enum Kind: CaseIterable {
    /// Any, and some that differ from one before in a few bits.
    case clustered
    /// As `clustered`, mostly flat.
    case flat
    /// Three of four bands are like those of all others.
    case oneBand
    /// Only some bits vary, spread over the bands.
    case fewBits
    /// The same, but no two differ in one to three bits.
    case code
    /// Few bits of one hash are flipped.
    case ball
    /// The same around a few hashes.
    case balls
    /// Each bit is seldom set.
    case rareBits
    /// Many times the same few.
    case repeated

    func hashes(_ count: Int, _ random: inout SeededGenerator) -> [UInt64] {
      var hashes: [UInt64] = []
      while hashes.count < count { hashes.append(next(after: hashes, &random)) }
      return hashes
    }

    private func next(after hashes: [UInt64], _ random: inout SeededGenerator) -> UInt64 {
      let any = random.next()
      switch self {
      case .clustered, .flat:
        let flat = random.next() & random.next()
        guard let near = hashes.randomElement(using: &random), Bool.random(using: &random) else {
          return self == .flat ? any & flat : any
        }
        return flipped(near, Int.random(in: 0...5, using: &random), &random)
      case .oneBand: return busy ^ (any & 0xffff)
      case .fewBits: return busy ^ (any & 0x0421_0842_1084_2108)
      case .code: return busy ^ codeWord(any & 0x3ff)
      case .ball: return flipped(busy, Int.random(in: 0...6, using: &random), &random)
      case .balls: return flipped(busy &* (any & 7 | 1), 3, &random)
      case .rareBits: return busy ^ (any & random.next() & random.next() & random.next())
      case .repeated: return busy ^ (any & 0b111) << 20
      }
    }

    private func flipped(
      _ hash: UInt64, _ count: Int, _ random: inout SeededGenerator
    ) -> UInt64 {
      (0..<count).reduce(hash) { hash, _ in
        hash ^ UInt64(1) << UInt64.random(in: 0..<64, using: &random)
      }
    }

    /// Ten bits, and checks that differ in three more where one of them does.
    private func codeWord(_ bits: UInt64) -> UInt64 {
      (0..<10).reduce(bits << 40) { word, bit in
        bits >> UInt64(bit) & 1 == 1 ? word ^ (0b111 &<< UInt64(bit)) : word
      }
    }
  }

  @Test(arguments: Kind.allCases, [60, 500] as [Int])
  func `the groups are those of comparing every pair`(kind: Kind, count: Int) throws {
    for seed in 0..<UInt64(count < 100 ? 20 : 2) {
      var random = SeededGenerator(seed: seed)
      let hashes = kind.hashes(count, &random)
      #expect(try Array(duplicateGroups(of: hashes)) == plainGroups(of: hashes), "seed \(seed)")
    }
  }

  @Test(arguments: [Kind.ball, .code, .rareBits, .balls])
  func `so are those of thousands`(kind: Kind) throws {
    var random = SeededGenerator(seed: 1)
    let hashes = kind.hashes(2_500, &random)
    #expect(try Array(duplicateGroups(of: hashes)) == plainGroups(of: hashes))
  }

  /// The plain way: from each image to all that look like it, and on from those.
  private func plainGroups(of hashes: [UInt64]) -> [UInt32] {
    var numbers = [UInt32?](repeating: nil, count: hashes.count)
    var next: UInt32 = 0
    for start in hashes.indices where numbers[start] == nil {
      numbers[start] = next
      var reached = [start]
      while let left = reached.popLast() {
        for right in hashes.indices
        where numbers[right] == nil && looksTheSame(hashes[left], hashes[right]) {
          numbers[right] = next
          reached.append(right)
        }
      }
      next += 1
    }
    return numbers.compactMap { $0 }
  }

  @Test(arguments: Kind.allCases)
  func `50,000 images are grouped in no time`(kind: Kind) throws {
    var random = SeededGenerator(seed: 1)
    let hashes = kind.hashes(50_000, &random)
    let took = try ContinuousClock().measure { _ = try duplicateGroups(of: hashes) }
    #expect(took < .seconds(30))
  }

  @Test func `grouping can be given up`() {
    struct Enough: Error {}
    var random = SeededGenerator(seed: 1)
    let hashes = Kind.clustered.hashes(5_000, &random)
    #expect(throws: Enough.self) { try duplicateGroups(of: hashes) { throw Enough() } }
  }
}
