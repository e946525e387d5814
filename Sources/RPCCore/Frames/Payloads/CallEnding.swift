package import Codec

/// How a call ended: the payload of an END frame.
package struct CallEnding: Hashable, Sendable {
  /// Bytes of a status' message on the wire, at most; the rest is cut off.
  static let messageBytesMax = 4_096
  /// Details of a status on the wire, at most; the rest is left out.
  static let detailsMax = 16
  /// Bytes of an END, at most: what the least allowed frame holds.
  static let payloadBytesMax = 64 << 10

  /// Why the call failed; `nil` if it did not.
  package var failure: Status?
  package var trailers: Metadata

  package init(_ failure: Status? = nil, trailers: Metadata = Metadata()) {
    self.failure = failure
    self.trailers = trailers
  }

  /// The payload.
  ///
  /// What cannot be sent is left out rather than losing the end of the call.
  package func serialized(limits: Limits, metadataBytesMax: Int) throws(Status) -> Bytes {
    if failure == nil && trailers.isEmpty { return Bytes() }
    var wire = WireEnd()
    wire.trailers = try trailers.wire(
      bytesMax: metadataBytesMax, entriesMax: limits.metadataEntriesMax)
    if let failure {
      wire.code = UInt32(failure.code.rawValue)
      wire.message = failure.message.cut(toBytes: Self.messageBytesMax)
      wire.details = failure.details.prefix(Self.detailsMax).map(\.wire)
    }
    let bytes = try encode(wire)
    if bytes.count <= Self.payloadBytesMax { return bytes }
    wire.details = []
    return try encode(wire)
  }

  /// Reads a received payload; one that makes no sense is a failed call.
  package init(serialized: Bytes, limits: Limits) {
    if serialized.isEmpty {
      self.init()
      return
    }
    let decoding = DecodingLimits(
      bytesMax: serialized.count, depthMax: 5,
      elementsMax: limits.metadataEntriesMax + Self.detailsMax * (1 + StatusDetail.metadataMax))
    do {
      let wire = try WireEnd(serialized: serialized, limits: decoding)
      let trailers = try Metadata(
        wire: wire.trailers, bytesMax: limits.metadataBytesMax,
        entriesMax: limits.metadataEntriesMax)
      self.init(Self.failure(wire), trailers: trailers)
    } catch let error as DecodingError {
      self.init(Status(.internal, "the call's END is malformed: \(error)"))
    } catch {
      self.init(Status(.internal, "the call's trailers are malformed: \(error)"))
    }
  }

  private static func failure(_ wire: WireEnd) -> Status? {
    guard wire.code != StatusCode.ok.rawValue else { return nil }
    let code = UInt8(exactly: wire.code).flatMap(StatusCode.init(rawValue:)) ?? .unknown
    return Status(code, wire.message, details: wire.details.compactMap(StatusDetail.init))
  }
}

extension String {
  /// As many whole characters of the beginning as fit.
  package func cut(toBytes bytesMax: Int) -> String {
    if utf8.count <= bytesMax { return self }
    var cut = ""
    var bytes = 0
    for character in self {
      bytes += character.utf8.count
      if bytes > bytesMax { break }
      cut.append(character)
    }
    return cut
  }
}
