package import Codec

extension Metadata {
  /// What an entry costs beyond its bytes.
  static let entryOverheadBytes = 32
  /// Bytes of a key, at most.
  static let keyBytesMax = 64

  /// What counts against the limit on metadata.
  package var bytes: Int {
    entries.reduce(0) { $0 + $1.key.utf8.count + $1.value.count + Self.entryOverheadBytes }
  }

  /// The entries as they are sent.
  ///
  /// - Throws: `RESOURCE_EXHAUSTED` past a limit, `INVALID_ARGUMENT` if a key or value is not allowed.
  func wire(bytesMax: Int, entriesMax: Int) throws(Status) -> [WireMetadataEntry] {
    guard !isEmpty else { return [] }
    try checkSize(bytesMax: bytesMax, entriesMax: entriesMax)
    var wire: [WireMetadataEntry] = []
    for entry in entries {
      try Self.check(key: entry.key)
      switch entry.value {
      case .text(let text):
        try Self.check(text: text, key: entry.key)
        wire.append(WireMetadataEntry(key: entry.key, value: Bytes(Array(text.utf8))))
      case .binary(let bytes):
        guard entry.key.hasSuffix("-bin") else {
          throw Status(
            .invalidArgument, "metadata key \"\(entry.key)\" holds bytes; it must end in -bin")
        }
        wire.append(WireMetadataEntry(key: entry.key, value: bytes))
      }
    }
    return wire
  }

  /// Reads what was received, by the same rules.
  init(wire: [WireMetadataEntry], bytesMax: Int, entriesMax: Int) throws(Status) {
    guard !wire.isEmpty else {
      self.init()
      return
    }
    var entries: [Entry] = []
    for entry in wire {
      try Self.check(key: entry.key)
      if entry.key.hasSuffix("-bin") {
        entries.append(Entry(key: entry.key, value: .binary(entry.value.compacted())))
      } else {
        guard let text = String(validating: entry.value, as: UTF8.self) else {
          throw Status(.invalidArgument, "metadata \"\(entry.key)\" is not UTF-8")
        }
        try Self.check(text: text, key: entry.key)
        entries.append(Entry(key: entry.key, value: .text(text)))
      }
    }
    self.init(entries: entries)
    try checkSize(bytesMax: bytesMax, entriesMax: entriesMax)
  }

  private func checkSize(bytesMax: Int, entriesMax: Int) throws(Status) {
    guard entries.count <= entriesMax else {
      throw .past("metadata entries", value: entries.count, limit: entriesMax)
    }
    guard bytes <= bytesMax else { throw .past("metadata bytes", value: bytes, limit: bytesMax) }
  }

  private static func check(key: String) throws(Status) {
    guard (1...keyBytesMax).contains(key.utf8.count) else {
      throw Status(
        .invalidArgument,
        "\(key.utf8.count) bytes in a metadata key; it has 1 to \(keyBytesMax)")
    }
    let isAllowed = key.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
        UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
        true
      default: false
      }
    }
    guard isAllowed else {
      throw Status(
        .invalidArgument,
        "metadata key \(key.debugDescription) has characters other than a-z, 0-9, '-', '_', '.'")
    }
  }

  private static func check(text: String, key: String) throws(Status) {
    guard text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
      throw Status(.invalidArgument, "metadata \"\(key)\" has control characters")
    }
  }
}

extension Metadata.Content {
  /// Bytes of the value on the wire.
  fileprivate var count: Int {
    switch self {
    case .text(let text): text.utf8.count
    case .binary(let bytes): bytes.count
    }
  }
}

extension Metadata {
  /// The payload of a HEAD frame.
  package func serializedHead(limits: Limits, metadataBytesMax: Int) throws(Status) -> Bytes {
    try encode(
      WireHead(
        metadata: try wire(bytesMax: metadataBytesMax, entriesMax: limits.metadataEntriesMax)))
  }

  /// Reads the payload of a HEAD frame.
  ///
  /// - Throws: `INTERNAL`, because only the server can have got it wrong.
  package init(serializedHead: Bytes, limits: Limits) throws(Status) {
    let decoding = DecodingLimits(
      bytesMax: serializedHead.count, depthMax: 2, elementsMax: limits.metadataEntriesMax)
    do {
      let wire = try WireHead(serialized: serializedHead, limits: decoding)
      try self.init(
        wire: wire.metadata, bytesMax: limits.metadataBytesMax,
        entriesMax: limits.metadataEntriesMax)
    } catch {
      throw Status(.internal, "the call's HEAD is malformed: \(error)")
    }
  }
}
