import Codec
import CodecTestMessages
import Testing

/// What a sender can make the decoder do grows with the bytes sent, not with their square.
///
/// Each message comes in so many parts that copying what is there for every part would take hours.
@Suite struct CostTests {
  private let partsMax = 100_000

  private func parts(_ part: String) -> [UInt8] {
    let part = hex(part)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(part.count * partsMax)
    for _ in 0..<partsMax { bytes += part }
    return bytes
  }

  @Test(.timeLimit(.minutes(1))) func `a packed list in many parts`() throws {
    let message = try Lists(serialized: parts("4a 04 01000000"))
    #expect(message.fixed32Values.count == partsMax)
  }

  @Test(.timeLimit(.minutes(1))) func `a message in many parts`() throws {
    let message = try Tree(serialized: parts("12 02 22 00"))
    #expect(message.left?.children.count == partsMax)
  }

  @Test(.timeLimit(.minutes(1))) func `a message in a message in many parts`() throws {
    let message = try Tree(serialized: parts("12 04 1a 02 22 00"))
    #expect(message.left?.right?.children.count == partsMax)
  }

  @Test(.timeLimit(.minutes(1))) func `a message in a oneof in many parts`() throws {
    let message = try Choice(serialized: parts("42 04 2a 02 22 00"))
    guard case .tree(let tree) = message.pick, case .next(let next) = tree.link else {
      Issue.record("no tree with a next one")
      return
    }
    #expect(next.children.count == partsMax)
  }

  @Test(.timeLimit(.minutes(1))) func `messages of a list with something else between them`() throws
  {
    let message = try Tree(serialized: parts("22 00 08 01"))
    #expect(message.children.count == partsMax)
  }

  @Test(.timeLimit(.minutes(1))) func `many unknown fields`() throws {
    #expect(try Nothing(serialized: parts("08 01")).unknownFields.bytes.count == 2 * partsMax)
  }
}
