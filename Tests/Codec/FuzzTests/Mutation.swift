import SeededRandom

/// Makes inputs from seeds as a fuzzer does, but the same ones for the same number.
struct Mutation {
  private static let inputBytesMax = 4096

  let seeds: [[UInt8]]
  let dictionary: [[UInt8]]
  private var random: SeededGenerator

  init(seeds: [[UInt8]], dictionary: [[UInt8]], seed: UInt64) {
    self.seeds = seeds
    self.dictionary = dictionary
    random = SeededGenerator(seed: seed)
  }

  /// A seed with one to eight changes.
  mutating func next() -> [UInt8] {
    guard var input = seeds.randomElement(using: &random) else { return [] }
    for _ in 0..<Int.random(in: 1...8, using: &random) { change(&input) }
    return Array(input.prefix(Self.inputBytesMax))
  }

  private mutating func change(_ input: inout [UInt8]) {
    let place = Int.random(in: 0...input.count, using: &random)
    let length = Int.random(in: 0...min(16, input.count - place), using: &random)
    switch Int.random(in: 0..<8, using: &random) {
    case 0 where place < input.count: input[place] = UInt8.random(in: 0...255, using: &random)
    case 1 where place < input.count: input[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
    case 2: input.removeSubrange(place..<place + length)
    case 3: input.insert(contentsOf: input[place..<place + length], at: place)
    case 4: input.insert(contentsOf: bytes(atMost: 8), at: place)
    case 5: input.insert(contentsOf: dictionary.randomElement(using: &random) ?? [], at: place)
    case 6:
      let other = seeds.randomElement(using: &random) ?? []
      input.replaceSubrange(place..., with: other.suffix(max(other.count - place, 0)))
    default: input.replaceSubrange(place..<place + length, with: bytes(atMost: 4))
    }
  }

  private mutating func bytes(atMost count: Int) -> [UInt8] {
    (0..<Int.random(in: 1...count, using: &random)).map { _ in
      UInt8.random(in: 0...255, using: &random)
    }
  }
}
