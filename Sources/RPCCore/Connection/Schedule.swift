/// Where a stream with something to send waits.
enum Place: Sendable {
  /// Nowhere: it has nothing to send, or no credit of its own.
  case none
  case small
  case bulk
  /// For credit of the connection.
  case connection
  /// For its owner to let it go.
  case held
}

/// Which stream sends next: what is small goes first, chunks of large messages take turns.
///
/// After `smallBytesMax` bytes of small things a chunk gets its turn, so that neither starves.
struct Schedule: Sendable {
  /// Bytes of small things between two chunks when both wait.
  static let smallBytesMax = 64 << 10

  private var small = ShortQueue<StreamID>()
  private var bulk = ShortQueue<StreamID>()
  private var connection = ShortQueue<StreamID>()
  private var smallBytes = 0

  /// Lets the stream wait at `place`; a stream waits at one place at most.
  mutating func add(_ stream: StreamID, at place: Place) {
    switch place {
    case .none, .held: break
    case .small: small.append(stream)
    case .bulk: bulk.append(stream)
    case .connection: connection.append(stream)
    }
  }

  /// Whether a stream could send.
  var isEmpty: Bool { small.isEmpty && bulk.isEmpty }

  /// The stream whose turn it is.
  mutating func next() -> StreamID? {
    if smallBytes >= Self.smallBytesMax || small.isEmpty, let stream = bulk.popFirst() {
      smallBytes = 0
      return stream
    }
    return small.popFirst()
  }

  /// Records what a small thing took.
  mutating func sentSmall(bytes: Int) { smallBytes += bytes }

  /// The streams that waited for credit of the connection.
  mutating func takeWaitingForConnection() -> ShortQueue<StreamID> {
    defer { connection = ShortQueue() }
    return connection
  }
}
