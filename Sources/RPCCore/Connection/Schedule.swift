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

/// Which stream sends next: what is small goes first, large messages take turns chunk by chunk.
///
/// After `smallBytesMax` bytes of small things a chunk gets its turn, so that neither starves.
struct Schedule: Sendable {
  /// Bytes of small things between two chunks when both wait.
  static let smallBytesMax = 64 << 10
  /// Bytes that a stream sends in chunks before it is another's turn.
  ///
  /// Of many messages that all move on a little, none is soon there, and what was received of them
  /// no longer fits into the processor's cache.
  static let turnBytesMax = 256 << 10

  private var small = ShortQueue<StreamID>()
  private var bulk = ShortQueue<StreamID>()
  private var connection = ShortQueue<StreamID>()
  private var smallBytes = 0
  /// The stream whose turn it is to send chunks, what it has sent in it, and whether it has more.
  private var turn: (stream: StreamID, bytes: Int, goesOn: Bool)?

  /// Lets the stream wait at `place`; a stream waits at one place at most.
  mutating func add(_ stream: StreamID, at place: Place) {
    switch place {
    case .none, .held: break
    case .small: small.append(stream)
    case .bulk:
      if let turn, turn.stream == stream, turn.bytes < Self.turnBytesMax {
        self.turn?.goesOn = true
      } else {
        bulk.append(stream)
      }
    case .connection: connection.append(stream)
    }
  }

  /// Whether a stream could send.
  var isEmpty: Bool { small.isEmpty && bulk.isEmpty && turn?.goesOn != true }

  /// The stream whose turn it is.
  mutating func next() -> StreamID? {
    if smallBytes >= Self.smallBytesMax || small.isEmpty, let stream = nextBulk() {
      smallBytes = 0
      return stream
    }
    return small.popFirst()
  }

  private mutating func nextBulk() -> StreamID? {
    if let turn, turn.goesOn {
      self.turn?.goesOn = false
      return turn.stream
    }
    turn = bulk.popFirst().map { ($0, 0, false) }
    return turn?.stream
  }

  /// Takes note of what a small thing took.
  mutating func sentSmall(bytes: Int) { smallBytes += bytes }

  /// Takes note of a chunk.
  mutating func sentChunk(bytes: Int, of stream: StreamID) {
    if turn?.stream == stream { turn?.bytes += bytes }
  }

  /// The streams that waited for credit of the connection.
  mutating func takeWaitingForConnection() -> ShortQueue<StreamID> {
    defer { connection = ShortQueue() }
    return connection
  }
}
