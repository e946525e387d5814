/// What a caller may say about one call.
public struct CallOptions: Sendable {
  /// The time the whole call may take; `nil` leaves it to the deadline of the handler in which the
  /// call is made, if there is one.
  ///
  /// The earlier of the two counts.
  public var timeout: Duration?
  /// Sent with the call.
  public var metadata: Metadata
  /// Names this attempt at a change, so that a server can recognise it when it is repeated; at most
  /// 128 bytes.
  public var idempotencyKey: String?
  /// Whether the call waits, until its deadline, for a connection to be made, instead of failing as
  /// `UNAVAILABLE` while none can be.
  public var waitForReady: Bool
  /// Filled with what the server says beside its responses, if given.
  public var response: ResponseMetadata?

  /// No timeout, no metadata, no key, no waiting, unless given.
  public init(
    timeout: Duration? = nil, metadata: Metadata = Metadata(), idempotencyKey: String? = nil,
    waitForReady: Bool = false, response: ResponseMetadata? = nil
  ) {
    self.timeout = timeout
    self.metadata = metadata
    self.idempotencyKey = idempotencyKey
    self.waitForReady = waitForReady
    self.response = response
  }

  /// A key that nobody else has or guesses: 128 random bits as 32 hexadecimal digits.
  ///
  /// Take one for each change, not for each attempt at it.
  public static func newIdempotencyKey() -> String {
    let digits = Array("0123456789abcdef".utf8)
    return String(decoding: (0..<32).map { _ in digits[Int.random(in: 0..<16)] }, as: UTF8.self)
  }
}
