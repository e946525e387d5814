/// Chooses which of several methods a call is for, by weight.
///
/// The choice hangs on the seed and the call's number alone: it needs no state that callers would
/// share, and a run can be repeated.
struct MethodChoice: Sendable {
  private let seed: UInt64
  /// For each method, the sum of the weights up to and with it.
  private let bounds: [UInt64]

  /// Takes weights of 1 and more.
  init(weights: [Int], seed: UInt64) {
    precondition(!weights.isEmpty && weights.allSatisfy { $0 > 0 }, "weights \(weights)")
    self.seed = seed
    bounds = weights.reduce(into: []) { $0.append(($0.last ?? 0) + UInt64($1)) }
  }

  /// The index of the method for a call.
  func index(ofCall number: UInt64) -> Int {
    guard bounds.count > 1, let sum = bounds.last else { return 0 }
    let drawn = Self.mixed(seed &+ number &* 0x9E37_79B9_7F4A_7C15) % sum
    return bounds.firstIndex { drawn < $0 } ?? 0
  }

  /// The finisher of SplitMix64.
  private static func mixed(_ value: UInt64) -> UInt64 {
    var value = value
    value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
    return value ^ (value >> 31)
  }
}
