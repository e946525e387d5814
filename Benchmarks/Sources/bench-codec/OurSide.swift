import BenchMessages
import Codec

/// The codec of this project.
struct OurSide<Content: Message>: Side {
  let name = "ours"
  let message: Content
  let encoded: Bytes

  init(_ message: Content) throws {
    self.message = message
    encoded = try message.serialized()
  }

  func bytes() throws -> [UInt8] {
    try Array(Content(serialized: encoded).serialized())
  }

  func encode(repetitions: Int) throws {
    for _ in 0..<repetitions { keep(try message.serialized()) }
  }

  func decode(repetitions: Int) throws {
    for _ in 0..<repetitions { keep(try Content(serialized: encoded)) }
  }
}
