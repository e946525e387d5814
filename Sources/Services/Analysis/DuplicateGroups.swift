/// Whether images look the same by their perceptual hashes: at most 3 of the 64 bits differ.
///
/// Fewer may where an image is mostly flat, one in eight of the bits that are not like most: a flat
/// part gives the same bits in every image.
private func looksTheSame(_ left: UInt64, _ right: UInt64) -> Bool {
  func differencesMax(_ hash: UInt64) -> Int {
    min(3, min(hash.nonzeroBitCount, 64 - hash.nonzeroBitCount) / 8)
  }
  return (left ^ right).nonzeroBitCount <= min(differencesMax(left), differencesMax(right))
}

/// Gathers images that look the same, directly or through others between them.
///
/// - Returns: for each hash the number of its group; groups are numbered from 0 in the order of
///   their first member, and an image like no other is a group of its own.
///
/// Hashes that differ in at most 3 bits agree in at least one of four bands of 16 bits, so only
/// those that share a band are compared: nearly linear for real images.
package func duplicateGroups(of hashes: [UInt64]) -> [UInt32] {
  var places: [UInt64: Int] = [:]
  var distinct: [UInt64] = []
  for hash in hashes where places[hash] == nil {
    places[hash] = distinct.count
    distinct.append(hash)
  }
  var groups = DisjointSets(count: distinct.count)
  for band in 0..<4 {
    let shift = UInt64(band * 16)
    let buckets = Dictionary(grouping: distinct.indices) { distinct[$0] >> shift & 0xffff }
    for bucket in buckets.values {
      for (position, left) in bucket.enumerated() {
        for right in bucket[(position + 1)...]
        where looksTheSame(distinct[left], distinct[right]) {
          groups.join(left, right)
        }
      }
    }
  }
  var numbers: [Int: UInt32] = [:]
  return hashes.map { hash in
    let root = groups.root(of: places[hash] ?? 0)
    if let number = numbers[root] { return number }
    let number = UInt32(numbers.count)
    numbers[root] = number
    return number
  }
}

/// Sets of places that are joined step by step.
private struct DisjointSets {
  private var parents: [Int]

  init(count: Int) { parents = Array(0..<count) }

  mutating func root(of place: Int) -> Int {
    var place = place
    while parents[place] != place {
      parents[place] = parents[parents[place]]
      place = parents[place]
    }
    return place
  }

  mutating func join(_ left: Int, _ right: Int) {
    let (left, right) = (root(of: left), root(of: right))
    parents[max(left, right)] = min(left, right)
  }
}
