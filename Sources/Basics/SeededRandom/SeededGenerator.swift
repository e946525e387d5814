/// Random numbers that a seed decides, the same on every machine: SplitMix64 (Steele, Lea and Flood 2014).
package struct SeededGenerator: RandomNumberGenerator, Sendable {
  private static let step: UInt64 = 0x9E37_79B9_7F4A_7C15

  private var state: UInt64

  package init(seed: UInt64) { state = seed }

  /// The numbers of `seed` from number `first` on, without drawing those before it.
  package init(seed: UInt64, from first: UInt64) { state = seed &+ first &* Self.step }

  package mutating func next() -> UInt64 {
    state &+= Self.step
    var value = state
    value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
    return value ^ value >> 31
  }
}
