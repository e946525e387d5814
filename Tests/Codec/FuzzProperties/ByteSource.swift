/// Takes decisions from the bytes of an input, so that a fuzzer that changes bytes changes decisions.
///
/// When the bytes are used up, every decision is the first choice.
struct ByteSource {
  private var rest: ArraySlice<UInt8>

  init(_ bytes: [UInt8]) {
    rest = bytes[...]
  }

  var isEmpty: Bool { rest.isEmpty }

  mutating func byte() -> UInt8 { rest.popFirst() ?? 0 }

  /// A number from 0 up to, not including, `count`; `count` is at least 1.
  mutating func choice(_ count: Int) -> Int {
    precondition(count > 0, "nothing to choose from")
    return count <= 256 ? Int(byte()) % count : (Int(byte()) << 8 | Int(byte())) % count
  }

  /// Mostly small, sometimes up to `max`.
  mutating func size(max: Int) -> Int {
    let byte = Int(byte())
    return byte < 0xf0 ? min(byte, max) : choice(max + 1)
  }

  mutating func bytes(_ count: Int) -> [UInt8] {
    let taken = Array(rest.prefix(count))
    rest = rest.dropFirst(count)
    return taken
  }
}
