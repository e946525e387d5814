package import Codec

/// What one stream still has to send, in order.
package struct OutboundQueue: Sendable {
  /// One thing to send.
  package enum Item: Sendable {
    /// A frame other than DATA.
    case frame(FrameType, Bytes)
    /// A message of which the first `sent` bytes are on their way.
    case message(SegmentedBytes, sent: Int, isLast: Bool)
    /// The same of a message that was compressed, and what it inflates to.
    case compressed(Bytes, inflatedBytes: Int, sent: Int, isLast: Bool)
    /// No more messages follow.
    case finish
  }

  private var items = ShortQueue<Item>()

  package init() {}

  package var isEmpty: Bool { items.isEmpty }
  package var first: Item? { items.next }

  /// Adds an item; the end of the messages joins the last message if that is still here.
  package mutating func append(_ item: Item) {
    switch (item, items.last) {
    case (.finish, .message(let bytes, let sent, false)):
      items.last = .message(bytes, sent: sent, isLast: true)
    case (.finish, .compressed(let bytes, let inflated, let sent, false)):
      items.last = .compressed(bytes, inflatedBytes: inflated, sent: sent, isLast: true)
    default: items.append(item)
    }
  }

  /// Takes the first item off, or replaces it by what is left of it.
  package mutating func advance(to rest: Item? = nil) {
    if let rest { items.next = rest } else { _ = items.popFirst() }
  }

  /// Drops everything; returns the messages' bytes that will not be sent.
  package mutating func removeAll() -> Int {
    var bytes = 0
    while let item = items.popFirst() {
      switch item {
      case .message(let message, _, _): bytes += message.count
      case .compressed(_, let inflatedBytes, 0, _): bytes += inflatedBytes
      case .compressed, .frame, .finish: break
      }
    }
    return bytes
  }

  /// Whether a call's OPEN still waits here, so that the peer cannot have seen the call.
  package var holdsOpen: Bool {
    if case .frame(.open, _) = items.next { true } else { false }
  }
}
