/// The system's random numbers, for what takes a generator.
///
/// Unlike `SystemRandomNumberGenerator` it is not empty: the thread sanitizer looks at the address of
/// whatever is passed `inout`, and an empty value has none.
package struct SystemRandom: RandomNumberGenerator {
  private var count = 0

  package init() {}

  package mutating func next() -> UInt64 {
    count &+= 1
    return .random(in: .min ... .max)
  }
}
