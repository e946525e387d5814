internal import Foundation

/// Whether images look the same by their perceptual hashes: at most 3 of the 64 bits differ.
///
/// Fewer may where an image is mostly flat, one in eight of the bits that are not like most: a flat
/// part gives the same bits in every image.
func looksTheSame(_ left: UInt64, _ right: UInt64) -> Bool {
  (left ^ right).nonzeroBitCount <= min(differencesMax(left), differencesMax(right))
}

private func differencesMax(_ hash: UInt64) -> Int {
  min(3, min(hash.nonzeroBitCount, 64 - hash.nonzeroBitCount) / 8)
}

/// Gathers images that look the same, directly or through others between them.
///
/// `check` is called now and then, and may throw to give up.
///
/// - Returns: for each hash the number of its group; groups are numbered from 0 in the order of
///   their first member, and an image like no other is a group of its own.
///
/// Takes a second or two for a million of the worst hashes, and 30 bytes for each beside the result.
package func duplicateGroups(
  of hashes: some RandomAccessCollection<UInt64>,
  checking check: @escaping () throws -> Void = {}
) throws -> MappedArray<UInt32> {
  let groups = DisjointSets(count: hashes.count)
  if !hashes.isEmpty { try joinAlike(hashes, groups, checking: check) }
  return groups.numbers()
}

private func joinAlike(
  _ hashes: some RandomAccessCollection<UInt64>, _ groups: DisjointSets,
  checking check: @escaping () throws -> Void
) throws {
  let count = hashes.count
  let (front, back) = (HashLane(count: count), HashLane(count: count))
  defer { withExtendedLifetime((front, back)) {} }
  for (place, hash) in hashes.enumerated() {
    front.hashes[place] = hash
    front.places[place] = UInt32(truncatingIfNeeded: place)
  }
  front.sort(count: count, using: back)
  try check()
  let distinct = joinEqual(front, count: count, groups)
  for differences in 1...3 {
    let rest = front.gather(0..<distinct) { mayDiffer($0, by: differences) }
    try LookAlikes(differencesMax: differences, groups: groups, check: check)
      .join(front, 0..<rest, scratch: back)
  }
}

/// Whether the hash may be one of two that look the same for which just so many differences are the
/// most.
///
/// For two differences one of the hashes is so flat that no third is allowed, and the other is two
/// bits from it at most.
private func mayDiffer(_ hash: UInt64, by differences: Int) -> Bool {
  let busy = min(hash.nonzeroBitCount, 64 - hash.nonzeroBitCount)
  return busy >= differences * 8 && (differences == 3 || busy < (differences + 1) * 8 + differences)
}

/// Joins images of the same hash, and keeps one of each at the front of the sorted lane, but for
/// those so flat that no bit may differ.
///
/// - Returns: how many are kept.
private func joinEqual(_ lane: HashLane, count: Int, _ groups: DisjointSets) -> Int {
  var distinct = 0
  var last: (hash: UInt64, place: UInt32)?
  for index in 0..<count {
    let (hash, place) = (lane.hashes[index], lane.places[index])
    if let last, last.hash == hash {
      groups.join(last.place, place)
      continue
    }
    last = (hash, place)
    guard differencesMax(hash) > 0 else { continue }
    lane.hashes[distinct] = hash
    lane.places[distinct] = place
    distinct += 1
  }
  return distinct
}

/// Hashes, each with the place of its image, side by side.
private struct HashLane {
  private let allHashes: MappedArray<UInt64>
  private let allPlaces: MappedArray<UInt32>
  /// Of the columns above, without a check of bounds.
  let hashes: UnsafeMutablePointer<UInt64>
  let places: UnsafeMutablePointer<UInt32>

  init(count: Int) {
    allHashes = MappedArray(repeating: 0, count: count)
    allPlaces = MappedArray(repeating: 0, count: count)
    hashes = allHashes.base
    places = allPlaces.base
  }

  func copy(_ range: Range<Int>, from other: HashLane) {
    (hashes + range.lowerBound).update(from: other.hashes + range.lowerBound, count: range.count)
    (places + range.lowerBound).update(from: other.places + range.lowerBound, count: range.count)
  }

  /// Moves those of a range that are wanted to its beginning.
  ///
  /// - Returns: how many they are.
  func gather(_ range: Range<Int>, where isWanted: (UInt64) -> Bool) -> Int {
    var end = range.lowerBound
    for index in range where isWanted(hashes[index]) {
      swap(index, end)
      end += 1
    }
    return end - range.lowerBound
  }

  func swap(_ left: Int, _ right: Int) {
    (hashes[left], hashes[right]) = (hashes[right], hashes[left])
    (places[left], places[right]) = (places[right], places[left])
  }

  /// Sorts by hash, byte by byte; those that are equal stay in their order.
  func sort(count: Int, using scratch: HashLane) {
    var (source, target) = (self, scratch)
    for shift in stride(from: 0 as UInt64, to: 64, by: 8) {
      var ends = [Int](repeating: 0, count: 257)
      for index in 0..<count { ends[Int(source.hashes[index] >> shift & 0xff) + 1] += 1 }
      for byte in 1...256 { ends[byte] += ends[byte - 1] }
      for index in 0..<count {
        let byte = Int(source.hashes[index] >> shift & 0xff)
        target.hashes[ends[byte]] = source.hashes[index]
        target.places[ends[byte]] = source.places[index]
        ends[byte] += 1
      }
      Swift.swap(&source, &target)
    }
  }
}

/// Joins the places of distinct hashes that look the same.
///
/// If the bits of two hashes that differ in at most 3 are dealt out to so many parts, they agree in
/// all parts but 3. So for each way to leave out 3 parts only those hashes are compared that agree
/// in all the others. Where many do, the same is done again with them and the bits that are left;
/// and where all are of one group already, there is nothing to do.
private struct LookAlikes {
  let differencesMax: Int
  let groups: DisjointSets
  let check: () throws -> Void
  /// Nobody can choose hashes that share a bucket without knowing it.
  private let multiplier = UInt64.random(in: 0...UInt64.max) | 1

  init(differencesMax: Int, groups: DisjointSets, check: @escaping () throws -> Void) {
    self.differencesMax = differencesMax
    self.groups = groups
    self.check = check
  }

  /// What sorting one hash costs, in comparisons.
  private static let sortingCost = 12.0
  /// Of a bucket of hashes that is split once more.
  private static let partsMax = 12
  /// Of up to so many hashes every pair is compared.
  private static let fewCount = 100
  /// Past this many it is worth while to look closer, and to ask whether to give up.
  private static let manyCount = 1_000

  /// `range` of `lane` holds the same hashes afterwards, in whatever order; that of `scratch` is lost.
  func join(_ lane: HashLane, _ range: Range<Int>, scratch: HashLane) throws {
    guard range.count > Self.fewCount else { return compareAll(lane, range) }
    let varying = varyingBits(lane, range)
    guard let parts = parts(of: varying, lane, range) else { return compareAll(lane, range) }
    var (source, target) = (lane, scratch)
    for leftOut in combinations(of: parts) {
      if range.count > Self.manyCount { try check() }
      guard !isOneGroup(source, range) else { break }
      try joinAgreeing(in: varying & ~leftOut, source, range, scratch: target)
      Swift.swap(&source, &target)
    }
    if source.hashes != lane.hashes { lane.copy(range, from: source) }
  }

  private func varyingBits(_ lane: HashLane, _ range: Range<Int>) -> UInt64 {
    var varying: UInt64 = 0
    for index in range { varying |= lane.hashes[index] ^ lane.hashes[range.lowerBound] }
    return varying
  }

  /// The parts that promise the least work; nothing if it is less to compare every pair.
  private func parts(
    of varying: UInt64, _ lane: HashLane, _ range: Range<Int>
  ) -> [UInt64]? {
    let bits = varying.nonzeroBitCount
    let worth = range.count > Self.manyCount ? worth(of: varying, lane, range) : Double(bits)
    var best = (parts: 0, cost: Double(range.count) / 2)
    for parts in (differencesMax + 1)...Self.partsMax where parts <= bits {
      let agreeing = Double(parts - differencesMax) / Double(parts)
      let keys = exp2(worth * agreeing)
      let combinations = (0..<differencesMax).reduce(1) { $0 * (parts - $1) / ($1 + 1) }
      let cost = Double(combinations) * (Self.sortingCost + max(2, Double(range.count) / keys / 2))
      if cost < best.cost { best = (parts, cost) }
    }
    guard best.parts > 0 else { return nil }
    // Dealt out in turns: neighbouring bits of an image's hash often go together.
    var parts = [UInt64](repeating: 0, count: best.parts)
    var rest = varying
    for turn in 0..<bits {
      parts[turn % best.parts] |= rest & ~(rest &- 1)
      rest &= rest &- 1
    }
    return parts
  }

  /// How many bits that are set as often as not would tell the hashes apart as well as these do, by a
  /// sample.
  private func worth(of varying: UInt64, _ lane: HashLane, _ range: Range<Int>) -> Double {
    var counts = [Int](repeating: 0, count: 64)
    let sample = stride(from: range.lowerBound, to: range.upperBound, by: max(1, range.count / 256))
    for index in sample {
      for bit in 0..<64 { counts[bit] += Int(lane.hashes[index] >> UInt64(bit) & 1) }
    }
    let count = Double(sample.underestimatedCount)
    var worth = 0.0
    for bit in 0..<64 where varying >> UInt64(bit) & 1 == 1 {
      let share = Double(counts[bit]) / count
      worth -= log2(share * share + (1 - share) * (1 - share))
    }
    return worth
  }

  /// Each way to take as many parts as there may be differences.
  private func combinations(of parts: [UInt64]) -> [UInt64] {
    var taken: [(mask: UInt64, next: Int)] = [(0, 0)]
    for _ in 0..<differencesMax {
      taken = taken.flatMap { mask, next in
        (next..<parts.count).map { (mask | parts[$0], $0 + 1) }
      }
    }
    return taken.map(\.mask)
  }

  private func isOneGroup(_ lane: HashLane, _ range: Range<Int>) -> Bool {
    let root = groups.root(of: lane.places[range.lowerBound])
    return range.allSatisfy { groups.root(of: lane.places[$0]) == root }
  }

  /// Moves `range` from `lane` to `target` so that those with the same bits of `key` lie together,
  /// and joins among those that do.
  private func joinAgreeing(
    in key: UInt64, _ lane: HashLane, _ range: Range<Int>, scratch target: HashLane
  ) throws {
    let bucketBits = Int.bitWidth - (range.count / 4).leadingZeroBitCount
    let shift = UInt64(64 - bucketBits)
    var ends = [UInt32](repeating: 0, count: 1 << bucketBits + 1)
    try ends.withUnsafeMutableBufferPointer { ends in
      func bucket(_ hash: UInt64) -> Int {
        Int(truncatingIfNeeded: ((hash & key) &* multiplier) >> shift)
      }
      for index in range { ends[bucket(lane.hashes[index]) + 1] += 1 }
      for place in 1..<ends.count { ends[place] += ends[place - 1] }
      for index in range {
        let hash = lane.hashes[index]
        let place = bucket(hash)
        let end = range.lowerBound + Int(ends[place])
        target.hashes[end] = hash
        target.places[end] = groups.root(of: lane.places[index])
        ends[place] += 1
      }
      // What was a bucket's beginning is its end now.
      var start = range.lowerBound
      for place in 0..<(ends.count - 1) {
        let end = range.lowerBound + Int(ends[place])
        if end - start > 1 { try joinBucket(key, target, start..<end, scratch: lane) }
        start = end
      }
    }
  }

  /// A bucket may hold some that do not agree in `key`; where it is large they are set apart.
  private func joinBucket(
    _ key: UInt64, _ lane: HashLane, _ range: Range<Int>, scratch: HashLane
  ) throws {
    let place = lane.places[range.lowerBound]
    guard range.contains(where: { lane.places[$0] != place }) else { return }
    guard range.count > Self.fewCount else { return compareAll(lane, range) }
    var start = range.lowerBound
    while start < range.upperBound {
      let value = lane.hashes[start] & key
      let count = lane.gather(start..<range.upperBound) { $0 & key == value }
      try join(lane, start..<(start + count), scratch: scratch)
      start += count
    }
  }

  private func compareAll(_ lane: HashLane, _ range: Range<Int>) {
    let (hashes, places) = (lane.hashes, lane.places)
    for left in range {
      let (hash, place) = (hashes[left], places[left])
      for right in (left + 1)..<range.upperBound {
        // Takes out three of the bits that differ, which is quicker than to count them all.
        var different = hash ^ hashes[right]
        different &= different &- 1
        different &= different &- 1
        different &= different &- 1
        if different == 0, places[right] != place, looksTheSame(hash, hashes[right]) {
          groups.join(place, places[right])
        }
      }
    }
  }
}

/// Sets of places that are joined step by step; each is known by its lowest place.
private struct DisjointSets {
  private let all: MappedArray<UInt32>
  /// Of the column above, without a check of bounds.
  private let parents: UnsafeMutablePointer<UInt32>

  init(count: Int) {
    all = MappedArray(capacity: count)
    for place in 0..<count { all.append(UInt32(place)) }
    parents = all.base
  }

  func root(of place: UInt32) -> UInt32 {
    var place = place
    while parents[Int(place)] != place {
      parents[Int(place)] = parents[Int(parents[Int(place)])]
      place = parents[Int(place)]
    }
    return place
  }

  func join(_ left: UInt32, _ right: UInt32) {
    let (left, right) = (root(of: left), root(of: right))
    parents[Int(max(left, right))] = min(left, right)
  }

  /// The number of each place's set, from 0 in the order of their lowest places.
  func numbers() -> MappedArray<UInt32> {
    var next: UInt32 = 0
    let numbers = MappedArray<UInt32>(capacity: all.count)
    for place in 0..<all.count {
      let root = Int(self.root(of: UInt32(place)))
      numbers.append(root == place ? next : numbers[root])
      if root == place { next += 1 }
    }
    return numbers
  }
}
