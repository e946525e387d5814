import API
import Codec
import CodecTestMessages

/// A message that takes much more memory than bytes.
struct WorstInput {
  let name: String
  let type: any Message.Type
  let bytes: [UInt8]

  /// Every worst input that is known, each of about so many bytes.
  static func all(bytes: Int) -> [WorstInput] {
    lists(bytes) + nested(bytes) + maps(bytes) + scalars(bytes) + others(bytes)
  }

  /// A few bytes over and over.
  private init(_ name: String, _ type: any Message.Type, _ part: [UInt8], times bytes: Int) {
    self.init(name, type, Array(repeatElement(part, count: bytes / part.count).joined()))
  }

  private init(_ name: String, _ type: any Message.Type, _ bytes: [UInt8]) {
    self.name = name
    self.type = type
    self.bytes = bytes
  }
}

extension WorstInput {
  private static func lists(_ bytes: Int) -> [WorstInput] {
    [
      WorstInput("empty messages in a list", Tree.self, [0x22, 0], times: bytes),
      WorstInput("empty large messages in a list", Lists.self, [0x8a, 1, 0], times: bytes),
      WorstInput(
        "two lists in turn", Lists.self, [0x8a, 1, 0, 0x72, 0], times: bytes),
      WorstInput(
        "a list of one in each message of a list", Tree.self, [0x22, 2, 0x22, 0], times: bytes),
      WorstInput(
        "lists of two inside each other", Tree.self,
        branching([0x22], bytes: bytes, depthMax: 90)),
      WorstInput(
        "messages with an unknown field in a list", Tree.self, [0x22, 2, 0x40, 0], times: bytes),
      WorstInput("empty images", ListImagesResponse.self, [0x0a, 0], times: bytes),
      WorstInput("empty projects", ListProjectsResponse.self, [0x0a, 0], times: bytes),
    ]
  }

  private static func nested(_ bytes: Int) -> [WorstInput] {
    [
      WorstInput(
        "messages in boxes", Tree.self,
        branching([0x12, 0x1a, 0x2a], bytes: bytes, depthMax: 90)),
      WorstInput(
        "boxes in each message of a list", Tree.self,
        [0x22, 6, 0x12, 0, 0x1a, 0, 0x2a, 0], times: bytes),
      WorstInput(
        "a oneof that changes its mind", Choice.self, [0x42, 0, 0x1a, 0], times: bytes),
      WorstInput(
        "a box that grows in parts", Tree.self, [0x12, 2, 0x22, 0], times: bytes),
      WorstInput(
        "messages by way of one another", Ping.self, chain([0x0a], bytes: min(bytes, 200))),
    ]
  }

  private static func maps(_ bytes: Int) -> [WorstInput] {
    [
      WorstInput("large messages in a map", Maps.self, entries(0x32, bytes: bytes)),
      WorstInput("trees in a map", Maps.self, entries(0x3a, keyTag: 0x0d, bytes: bytes)),
      WorstInput("numbers in a map", Maps.self, entries(0x12, bytes: bytes)),
      WorstInput(
        "a map of one in each message of a list", Tree.self, [0x22, 2, 0x3a, 0], times: bytes),
      WorstInput(
        "seven maps of one", Maps.self,
        [0x0a, 0, 0x12, 0, 0x1a, 0, 0x22, 0, 0x2a, 0, 0x32, 0, 0x3a, 0]),
      WorstInput("one key again and again", Tree.self, [0x3a, 0], times: bytes),
    ]
  }

  private static func scalars(_ bytes: Int) -> [WorstInput] {
    [
      WorstInput("packed int64", Lists.self, packed([0x22], count: bytes)),
      WorstInput("packed enums", Lists.self, packed([0x82, 1], count: bytes)),
      WorstInput("packed bools", Lists.self, packed([0x6a], count: bytes)),
      WorstInput("packed in parts of one", Lists.self, [0x22, 1, 1], times: bytes),
      WorstInput("enums with a tag each", UnpackedLists.self, [0x80, 1, 0], times: bytes),
      WorstInput("numbers with a tag each", UnpackedLists.self, [0x18, 1], times: bytes),
      WorstInput("empty strings", Lists.self, [0x72, 0], times: bytes),
      WorstInput(
        "strings just too long to lie in place", Lists.self,
        [0x72, 16] + [UInt8](repeating: 0x61, count: 16), times: bytes),
      WorstInput("empty bytes", Lists.self, [0x7a, 0], times: bytes),
    ]
  }

  private static func others(_ bytes: Int) -> [WorstInput] {
    [
      WorstInput("unknown fields", Nothing.self, [0x08, 0], times: bytes),
      WorstInput("groups", Nothing.self, [0x0b, 0x0c], times: bytes),
      WorstInput(
        "one string", Scalars.self, [0x72] + delimited([UInt8](repeating: 0x61, count: bytes))),
      WorstInput("a string again and again", Scalars.self, [0x72, 1, 0x61], times: bytes),
      WorstInput(
        "one of bytes", Scalars.self, [0x7a] + delimited([UInt8](repeating: 0, count: bytes))),
      WorstInput("nothing", Tree.self, []),
    ]
  }
}

extension WorstInput {
  /// A length and what has it.
  private static func delimited(_ content: [UInt8]) -> [UInt8] {
    var length = content.count
    var bytes: [UInt8] = []
    while length > 127 {
      bytes.append(UInt8(length & 127 | 128))
      length >>= 7
    }
    return bytes + [UInt8(length)] + content
  }

  private static func packed(_ tag: [UInt8], count: Int) -> [UInt8] {
    tag + delimited([UInt8](repeating: 1, count: count))
  }

  /// A message with a part under each tag, or two under the only one, and so on downwards.
  private static func branching(_ tags: [UInt8], bytes: Int, depthMax: Int) -> [UInt8] {
    let tags = tags.count == 1 ? tags + tags : tags
    var message: [UInt8] = []
    for _ in 0..<depthMax where message.count * tags.count < bytes {
      let inner = delimited(message)
      message = tags.flatMap { [$0] + inner }
    }
    return message
  }

  private static func chain(_ tag: [UInt8], bytes: Int) -> [UInt8] {
    var message: [UInt8] = []
    while message.count < bytes { message = tag + delimited(message) }
    return message
  }

  /// Entries with keys that differ, and no value.
  private static func entries(_ tag: UInt8, keyTag: UInt8 = 0x08, bytes: Int) -> [UInt8] {
    var message: [UInt8] = []
    var key: UInt32 = 0
    while message.count < bytes {
      var entry: [UInt8] = [keyTag]
      if keyTag & 7 == 5 {
        entry += (0..<4).map { UInt8(truncatingIfNeeded: key >> (8 * $0)) }
      } else {
        var rest = key
        while rest > 127 {
          entry.append(UInt8(rest & 127 | 128))
          rest >>= 7
        }
        entry.append(UInt8(rest))
      }
      message += [tag] + delimited(entry)
      key += 1
    }
    return message
  }
}
