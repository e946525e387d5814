package import Codec
import NIOCore

/// What one stream still has to send, in order.
package struct OutboundQueue: Sendable {
  /// One thing to send.
  package enum Item: Sendable {
    /// A frame other than DATA.
    case frame(FrameType, Bytes)
    /// A message of which the first `sent` bytes are on their way.
    case message(Bytes, sent: Int, isLast: Bool)
    /// No more messages follow.
    case finish
  }

  private var items = CircularBuffer<Item>(initialCapacity: 2)

  package init() {}

  package var isEmpty: Bool { items.isEmpty }
  package var first: Item? { items.first }

  /// Adds an item; the end of the messages joins the last message if that is still here.
  package mutating func append(_ item: Item) {
    if case .finish = item, case .message(let bytes, let sent, false) = items.last {
      items[items.index(before: items.endIndex)] = .message(bytes, sent: sent, isLast: true)
    } else {
      items.append(item)
    }
  }

  /// Takes the first item off, or replaces it by what is left of it.
  package mutating func advance(to rest: Item? = nil) {
    if let rest { items[items.startIndex] = rest } else { items.removeFirst() }
  }

  /// Drops everything; returns the messages' bytes that will not be sent.
  package mutating func removeAll() -> Int {
    defer { items.removeAll(keepingCapacity: false) }
    return items.reduce(0) { sum, item in
      if case .message(let bytes, _, _) = item { sum + bytes.count } else { sum }
    }
  }

  /// Whether a call's OPEN still waits here, so that the peer cannot have seen the call.
  package var holdsOpen: Bool {
    if case .frame(.open, _) = items.first { true } else { false }
  }
}
