import AllocationPeak
import Codec
import Glibc

/// Decodes the worst inputs and prints the memory that each took at most; fails if that is more than
/// `DecodingLimits` promises.
///
/// A program of its own, because it counts every allocation of its process.
@main
struct Main {
  static func main() {
    // What is made once, such as the types' metadata, is not of the first message.
    for input in WorstInput.all(bytes: 10) { _ = decode(input.type, Bytes(input.bytes)) }
    var failures = 0
    var inputs = 0
    for bytes in [100, 1_000, 10_000, 100_000] {
      for input in WorstInput.all(bytes: bytes) {
        for limits in [DecodingLimits(), DecodingLimits(memoryBytesFree: 1_000)] {
          inputs += 1
          if !measure(input, limits) { failures += 1 }
        }
      }
    }
    print("result: codec-memory inputs=\(inputs) failures=\(failures)")
    exit(failures == 0 ? 0 : 1)
  }

  private static func measure(_ input: WorstInput, _ limits: DecodingLimits) -> Bool {
    let bytes = Bytes(input.bytes)
    allocation_peak_begin()
    let outcome = decode(input.type, bytes, limits)
    let peak = Int(allocation_peak_bytes())
    let bound = limits.memoryBytesMax(ofMessage: bytes.count)
    let isWithin = peak <= bound
    print(
      isWithin ? "ok" : "TOO MUCH", "peak=\(peak) bound=\(bound) bytes=\(bytes.count)",
      "per_byte=\(peak / max(bytes.count, 1))", "\(input.name): \(outcome)")
    return isWithin
  }

  private static func decode<Value: Message>(
    _ type: Value.Type, _ bytes: Bytes, _ limits: DecodingLimits = DecodingLimits()
  ) -> String {
    do {
      let message = try Value(serialized: bytes, limits: limits)
      return "accepted, \(MemoryLayout.size(ofValue: message)) bytes in place"
    } catch {
      return "\(error.reason)"
    }
  }
}
