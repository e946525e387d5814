/// Why a call failed: the only error that crosses the wire.
///
/// A handler throws one to say exactly what its caller shall see. Any other error reaches the caller
/// as ``StatusCode/internal`` with an id that the server's log explains.
public struct Status: Error, Sendable, Hashable {
  /// What kind of failure it is, for programs.
  public var code: StatusCode
  /// What happened, for people: names the thing, the value and the limit.
  public var message: String
  /// More for programs: which field, which limit, when to retry.
  public var details: [StatusDetail]

  /// Makes a status; `code` other than `ok` when it is thrown.
  public init(_ code: StatusCode, _ message: String, details: [StatusDetail] = []) {
    self.code = code
    self.message = message
    self.details = details
  }

  /// Why the call failed, named for programs, where its service says so.
  public var info: ErrorInfo? {
    for case .errorInfo(let info) in details { return info }
    return nil
  }

  /// Whether no handler saw the call, so that trying again is always safe.
  public var isUnprocessed: Bool { details.contains(.unprocessed) }
}

extension Status: CustomStringConvertible {
  /// `NOT_FOUND: no project "birds"`.
  public var description: String { message.isEmpty ? "\(code)" : "\(code): \(message)" }
}

extension Status {
  /// A value past a limit: `RESOURCE_EXHAUSTED` that names both, in words and as a detail.
  package static func past(
    _ name: String, value: Int, limit: Int, code: StatusCode = .resourceExhausted
  ) -> Status {
    Status(
      code, "\(value) \(name); the limit is \(limit)",
      details: [.limitExceeded(name: name, value: Int64(value), limit: Int64(limit))])
  }

  /// A call that no handler saw: `UNAVAILABLE`, safe to try again.
  package static func unprocessed(_ message: String) -> Status {
    Status(.unavailable, message, details: [.unprocessed])
  }
}

/// An error of another layer that says itself what a caller may know of it.
package protocol StatusError: Error {
  /// What the caller is given; nothing where nobody but the log may know.
  var status: Status? { get }
  /// Whether it also belongs in the log, for the operator.
  var isWorthLogging: Bool { get }
}

/// One typed detail of a ``Status``, for programs that act on an error instead of showing it.
public enum StatusDetail: Sendable, Hashable {
  /// A field of the request is wrong; `field` is its path: `classes[3].name`.
  case fieldViolation(field: String, description: String)
  /// The call ran into a limit; `name` says what is limited, with its unit: `message bytes`.
  case limitExceeded(name: String, value: Int64, limit: Int64)
  /// The same call may be tried again after this time; whole milliseconds travel.
  case retryAfter(Duration)
  /// No handler saw the call: trying it again is always safe.
  case unprocessed
  /// What was not found, exists already or may not be touched.
  case resource(kind: String, name: String)
  /// Why the call failed, named for programs: `CLASS_IN_USE` of the domain `diyml`.
  case errorInfo(ErrorInfo)
}

/// Why a call failed, named for programs, as `google.rpc.ErrorInfo` (AIP-193).
public struct ErrorInfo: Sendable, Hashable {
  /// In capitals; within a domain it has one meaning, which does not change.
  public var reason: String
  /// Who gives the reasons their meaning.
  public var domain: String
  /// What stands in the message, by names in lowerCamelCase; at most 16 entries travel.
  public var metadata: [String: String]

  /// Names why a call failed.
  public init(reason: String, domain: String, metadata: [String: String] = [:]) {
    self.reason = reason
    self.domain = domain
    self.metadata = metadata
  }
}
