package import Codec

/// The bytes of a message.
///
/// - Throws: `INTERNAL` if the message cannot be written: nested too deep or too large for protobuf.
package func encode<M: Message>(_ message: M) throws(Status) -> Bytes {
  do {
    return try message.serialized()
  } catch {
    throw unwritable(M.self, error)
  }
}

/// The bytes of a message of a call, to be sent; large fields are not copied.
///
/// - Throws: as ``encode(_:)``.
func encodeToSend<M: Message>(_ message: M) throws(Status) -> SegmentedBytes {
  do {
    return try message.serializedInSegments()
  } catch {
    throw unwritable(M.self, error)
  }
}

private func unwritable<M: Message>(_ type: M.Type, _ error: EncodingError) -> Status {
  Status(.internal, "cannot write a \(M.protoName): \(error)")
}

/// The message in received bytes, whose number was judged when they arrived.
///
/// - Throws: a status of `code` if the bytes are not such a message.
package func decode<M: Message>(
  _ bytes: Bytes, as type: M.Type, failingWith code: StatusCode
) throws(Status) -> M {
  do {
    return try M(serialized: bytes, limits: DecodingLimits(bytesMax: bytes.count))
  } catch {
    throw Status(code, "\(bytes.count) bytes are not a \(M.protoName): \(error)")
  }
}
