public import Codec
private import Foundation

/// Answers a judge over standard input and output.
///
/// Each message has its length in front, in four bytes, the lowest first. It ends with the input.
public struct Pipe {
  /// The input ended inside a message.
  public struct Truncated: Error {}

  private let input = FileHandle.standardInput
  private let output = FileHandle.standardOutput

  /// Makes the pipe; there is one in a process.
  public init() {}

  /// Answers every message with what `answer` returns.
  ///
  /// - Throws: `Truncated`, and what `answer` or the pipe throw.
  public func serve(_ answer: (Bytes) throws -> Bytes) throws {
    while let head = try read(4) {
      let count = head.reversed().reduce(0) { $0 << 8 | Int($1) }
      guard let message = try read(count) else { throw Truncated() }
      let reply = try answer(Bytes(message))
      let length = (0..<4).map { UInt8(truncatingIfNeeded: reply.count >> (8 * $0)) }
      try output.write(contentsOf: Data(length) + Data(reply))
    }
  }

  /// The next `count` bytes; nil at the end of the input.
  private func read(_ count: Int) throws -> Data? {
    var data = Data()
    while data.count < count {
      guard let part = try input.read(upToCount: count - data.count), !part.isEmpty else {
        if data.isEmpty { return nil }
        throw Truncated()
      }
      data += part
    }
    return data
  }
}
