import API
import Codec
import CodecTestMessages

/// An input whose first byte chooses a message type; the others are its encoded form.
struct MessageInput {
  let type: any Message.Type
  let bytes: [UInt8]

  init?(_ input: [UInt8]) {
    guard let choice = input.first else { return nil }
    type = Self.type(Int(choice))
    bytes = Array(input.dropFirst())
  }

  /// Half of the choices are types of the test schema, which uses every feature.
  private static func type(_ choice: Int) -> any Message.Type {
    let types = choice < 128 ? CodecTestMessages.allMessageTypes : API.allMessageTypes
    return types[choice % 128 % types.count]
  }
}

extension MessageInput {
  /// Samples as input for their own types, and one empty message of each type.
  static var seeds: [[UInt8]] {
    let more: [any Message] = [
      Choice(pick: .text("text")), Optionals(doubleValue: 0, stringValue: "", scalars: Scalars()),
      UnpackedLists(doubleValues: [1], int32Values: [-1, 2], boolValues: [true, false]),
      Ping(pong: Pong(ping: Ping(), count: 1)), Numbers(oneByte: 1, twoBytes: 2, last: "last"),
      Names(
        class: "a", entry: ["k": "v"], type: .unrecognized(9), string: Names.String_(),
        current: .outer(Names.String_())),
      LoginRequest(),
    ]
    return (0...255).map { [UInt8($0)] } + (Everything.samples + more).flatMap(seeds)
  }

  private static func seeds(_ message: any Message) -> [[UInt8]] {
    let choices = (0...127).filter { type($0) == Swift.type(of: message) }
    do {
      let bytes = try message.serialized()
      return choices.prefix(1).map { [UInt8($0)] + bytes }
    } catch {
      preconditionFailure("a sample cannot be encoded: \(error)")
    }
  }

  /// Tags of fields 1 to 20, ends of varints, lengths, groups.
  static var dictionary: [[UInt8]] {
    var pieces: [[UInt8]] = [
      [0x80], [0xff], [0x80, 0x00], [0xff, 0x7f], [0xff, 0xff, 0xff, 0xff, 0x0f],
      [UInt8](repeating: 0xff, count: 9) + [0x01], [UInt8](repeating: 0xff, count: 9) + [0x02],
      [UInt8](repeating: 0x80, count: 10), [0xed, 0xa0, 0x80], [0xf4, 0x8f, 0xbf, 0xbf],
      [0xc0, 0x80], [0x0b, 0x0c], [0x0b], [0x0c], [0xf8, 0xff, 0xff, 0xff, 0x0f],
      [0xfa, 0xff, 0xff, 0xff, 0x0f], [0x80, 0x80, 0x80, 0x80, 0x10],
    ]
    for number in 1...15 as ClosedRange<UInt8> {
      for wireType in [0, 1, 2, 5] as [UInt8] { pieces.append([number << 3 | wireType]) }
    }
    for number in 16...20 as ClosedRange<UInt8> {
      for wireType in [0, 2] as [UInt8] {
        pieces.append([(number << 3 | wireType) & 0x7f | 0x80, number >> 4])
      }
    }
    return pieces
  }
}
