package import Codec

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
