import Synchronization

/// What a server says beside its responses: a head before the first one, trailers after the last.
///
/// A handler sets both through its ``ServerContext``. A caller that wants to read them puts one of
/// these into its ``CallOptions`` and looks when the call has returned (or, for the head, when the
/// first response has arrived).
public final class ResponseMetadata: Sendable {
  private struct State {
    var head = Metadata()
    var trailers = Metadata()
  }

  private let state = Mutex(State())

  /// Makes one with nothing in it; use it for one call.
  public init() {}

  /// Sent before the first response; what is set after that response is not sent.
  public var head: Metadata {
    get { state.withLock { $0.head } }
    set { state.withLock { $0.head = newValue } }
  }

  /// Sent with the end of the call.
  public var trailers: Metadata {
    get { state.withLock { $0.trailers } }
    set { state.withLock { $0.trailers = newValue } }
  }
}
