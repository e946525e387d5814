extension Status {
  /// The message that says so, whole: CallEnding cuts it to what a frame holds.
  package var wire: WireEnd {
    WireEnd(code: UInt32(code.rawValue), message: message, details: details.map(\.wire))
  }
}

extension WireStatus {
  /// A status as one of many parts of an answer carries it.
  public init(_ status: Status) {
    self.init(
      code: Int32(status.code.rawValue), message: status.message,
      details: status.details.map(\.wire))
  }
}

extension Status {
  /// What a part of an answer says of its failure; a code of no meaning is `UNKNOWN`.
  public init(_ wire: WireStatus) {
    let code = UInt8(exactly: wire.code).flatMap(StatusCode.init(rawValue:)) ?? .unknown
    self.init(code, wire.message, details: wire.details.compactMap(StatusDetail.init))
  }
}

extension StatusDetail {
  /// Entries of an error's metadata on the wire, at most; the rest is left out.
  static let metadataMax = 16

  /// The detail as it is sent.
  var wire: WireStatusDetail {
    switch self {
    case .fieldViolation(let field, let description):
      WireStatusDetail(
        detail: .fieldViolation(WireFieldViolation(field: field, description: description)))
    case .limitExceeded(let name, let value, let limit):
      WireStatusDetail(
        detail: .limitExceeded(WireLimitExceeded(name: name, value: value, limit: limit)))
    case .retryAfter(let delay):
      WireStatusDetail(
        detail: .retryAfter(WireRetryAfter(milliseconds: UInt64(max(0, delay / .milliseconds(1))))))
    case .unprocessed:
      WireStatusDetail(detail: .unprocessed(WireUnprocessed()))
    case .resource(let kind, let name):
      WireStatusDetail(detail: .resource(WireResource(kind: kind, name: name)))
    case .errorInfo(let info):
      WireStatusDetail(
        detail: .errorInfo(
          WireErrorInfo(
            reason: info.reason, domain: info.domain,
            metadata: Dictionary(
              uniqueKeysWithValues: info.metadata.sorted { $0.key < $1.key }
                .prefix(Self.metadataMax).map { ($0.key, $0.value) }))))
    }
  }

  /// Reads a received detail; `nil` for a kind this version does not know.
  init?(_ wire: WireStatusDetail) {
    switch wire.detail {
    case .fieldViolation(let violation):
      self = .fieldViolation(field: violation.field, description: violation.description)
    case .limitExceeded(let exceeded):
      self = .limitExceeded(name: exceeded.name, value: exceeded.value, limit: exceeded.limit)
    case .retryAfter(let retry):
      self = .retryAfter(.milliseconds(Int64(clamping: retry.milliseconds)))
    case .unprocessed:
      self = .unprocessed
    case .resource(let resource):
      self = .resource(kind: resource.kind, name: resource.name)
    case .errorInfo(let info):
      self = .errorInfo(
        ErrorInfo(reason: info.reason, domain: info.domain, metadata: info.metadata))
    case nil:
      return nil
    }
  }
}
