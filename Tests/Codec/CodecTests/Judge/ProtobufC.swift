import Codec
import ProtobufCJudge

/// The other implementation, in C.
enum ProtobufC {
  struct Refusal: Error {
    let verdict: judge_verdict
  }

  /// Reads a message of the full name `type` and writes it again.
  static func repack(_ bytes: [UInt8], as type: String) throws -> [UInt8] {
    var result: UnsafeMutablePointer<UInt8>?
    var count = 0
    let verdict = judge_repack(type, bytes, bytes.count, &result, &count)
    guard verdict == JUDGE_OK, let result else { throw Refusal(verdict: verdict) }
    defer { judge_free(result) }
    return Array(UnsafeBufferPointer(start: result, count: count))
  }
}
