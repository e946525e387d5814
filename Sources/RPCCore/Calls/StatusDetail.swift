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
}
