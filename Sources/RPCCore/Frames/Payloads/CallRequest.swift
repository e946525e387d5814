package import Codec

/// What starts a call: the payload of an OPEN frame.
package struct CallRequest: Hashable, Sendable {
  /// A longer time is taken for this one, which is longer than any process runs.
  package static let timeoutMax = Duration.seconds(10 * 365 * 86_400)
  /// Bytes of a trace context, at most.
  static let traceBytesMax = 64

  /// `package.Service/Method`.
  package var path: String
  package var timeout: Duration?
  package var metadata: Metadata
  package var idempotencyKey: String?
  package var trace: String
  /// Whether the caller wants responses compressed.
  package var compressesResponses: Bool

  package init(
    path: String, timeout: Duration? = nil, metadata: Metadata = Metadata(),
    idempotencyKey: String? = nil, trace: String = "", compressesResponses: Bool = false
  ) {
    self.path = path
    self.timeout = timeout
    self.metadata = metadata
    self.idempotencyKey = idempotencyKey
    self.trace = trace
    self.compressesResponses = compressesResponses
  }

  /// Reads a received payload.
  ///
  /// - Throws: what the call ends with if the payload is malformed or past a limit.
  package init(serialized: Bytes, limits: Limits) throws(Status) {
    let decoding = DecodingLimits(
      bytesMax: serialized.count, depthMax: 2, elementsMax: limits.metadataEntriesMax)
    let wire: WireOpen
    do {
      wire = try WireOpen(serialized: serialized, limits: decoding)
    } catch {
      if case .tooManyElements(let limit) = error.reason {
        throw .past("metadata entries", value: limit + 1, limit: limit)
      }
      throw Status(.invalidArgument, "the call's OPEN is malformed: \(error)")
    }
    self.init(
      path: wire.method,
      timeout: wire.timeoutMicroseconds == 0
        ? nil : min(.microseconds(Int64(clamping: wire.timeoutMicroseconds)), Self.timeoutMax),
      metadata: try Metadata(
        wire: wire.metadata, bytesMax: limits.metadataBytesMax,
        entriesMax: limits.metadataEntriesMax),
      idempotencyKey: wire.idempotencyKey.isEmpty ? nil : wire.idempotencyKey, trace: wire.trace,
      compressesResponses: wire.compressResponses)
    try checkNames(limits)
  }

  /// The payload, for a peer that takes so much metadata.
  ///
  /// `plainOpen` is what it is if nothing is said but the method.
  package func serialized(
    limits: Limits, metadataBytesMax: Int, plainOpen: Bytes? = nil
  ) throws(Status) -> Bytes {
    try checkNames(limits)
    if let plainOpen, isPlain { return plainOpen }
    return try encode(
      WireOpen(
        method: path, timeoutMicroseconds: timeout.map(Self.microseconds) ?? 0,
        metadata: try metadata.wire(
          bytesMax: metadataBytesMax, entriesMax: limits.metadataEntriesMax),
        idempotencyKey: idempotencyKey ?? "", trace: trace,
        compressResponses: compressesResponses))
  }

  /// The payload without anything but the method, of whatever length its name is.
  var plain: Bytes {
    do {
      return try WireOpen(method: path).serialized()
    } catch {
      preconditionFailure("the OPEN of \(path) cannot be written: \(error)")
    }
  }

  /// Whether nothing is said but the method.
  var isPlain: Bool {
    timeout == nil && metadata.isEmpty && idempotencyKey == nil && trace.isEmpty
      && !compressesResponses
  }

  private func checkNames(_ limits: Limits) throws(Status) {
    guard path.utf8.count <= limits.methodBytesMax else {
      throw .past(
        "bytes in the method's name", value: path.utf8.count, limit: limits.methodBytesMax)
    }
    let keyBytes = idempotencyKey?.utf8.count ?? 0
    guard keyBytes <= limits.idempotencyKeyBytesMax else {
      throw .past(
        "bytes in the idempotency key", value: keyBytes, limit: limits.idempotencyKeyBytesMax)
    }
    guard trace.utf8.count <= Self.traceBytesMax else {
      throw .past(
        "bytes in the trace context", value: trace.utf8.count, limit: Self.traceBytesMax)
    }
  }

  /// At least one, because 0 means no deadline.
  private static func microseconds(_ timeout: Duration) -> UInt64 {
    UInt64(max(1, min(timeout, timeoutMax) / .microseconds(1)))
  }
}
