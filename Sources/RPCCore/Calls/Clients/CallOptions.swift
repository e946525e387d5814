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
  /// The W3C `traceparent` of the call, of at most 64 bytes; `nil` for that of the handler in which
  /// the call is made, if there is one.
  public var trace: String?
  /// Whether the call waits, until its deadline, for a connection to be made, instead of failing as
  /// `UNAVAILABLE` while none can be.
  public var waitForReady: Bool
  /// Whether the call's messages of 1 KiB to 1 MiB may be compressed, both ways, where the other side
  /// takes that: for text and numbers, not for images, which shrink no further.
  ///
  /// The requests of a client's first calls are not, as long as the server has not said hello.
  public var compresses: Bool
  /// Filled with what the server says beside its responses, if given.
  public var response: ResponseMetadata?

  /// No timeout, no metadata, no key, no waiting, no compression, unless given.
  public init(
    timeout: Duration? = nil, metadata: Metadata = Metadata(), idempotencyKey: String? = nil,
    trace: String? = nil, waitForReady: Bool = false, compresses: Bool = false,
    response: ResponseMetadata? = nil
  ) {
    self.timeout = timeout
    self.metadata = metadata
    self.idempotencyKey = idempotencyKey
    self.trace = trace
    self.waitForReady = waitForReady
    self.compresses = compresses
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
