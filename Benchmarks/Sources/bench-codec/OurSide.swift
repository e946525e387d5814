import BenchMessages
import Codec

extension Side {
  /// The codec of this project.
  @inline(__always)
  static func ours<Content: Message>(_ message: Content) throws -> Side {
    let encoded = try message.serialized()
    return Side(
      name: "ours", bytes: Array(try Content(serialized: encoded).serialized()),
      encode: { repetitions in
        for _ in 0..<repetitions { keep(try message.serialized()) }
      },
      decode: { repetitions in
        for _ in 0..<repetitions { keep(try Content(serialized: encoded)) }
      })
  }
}
