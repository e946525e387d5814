/// What is kept for each open stream, found by the stream's number.
///
/// Streams are numbered one after the other, so the number itself says where to look, and nothing is
/// hashed. A peer that picks numbers which fall together makes us walk past them: past as many as it
/// may have open.
///
/// Entries that compete for a slot lie in the order of their ways (Robin Hood hashing, Celis 1986,
/// https://cs.uwaterloo.ca/research/tr/1986/CS-86-14.pdf), so that removing one need not look at all
/// that lie behind it.
///
/// Public only because other modules use it for types of their own: Swift compiles it for those only
/// if it is inlinable, and inlines nothing that is not public.
@frozen
public struct StreamMap<Value> {
  @usableFromInline
  struct Slot: Sendable {
    /// 0 in a free slot: no stream has that number.
    @usableFromInline var stream: UInt32
    @usableFromInline var position: UInt32

    @inlinable
    init(stream: UInt32 = 0, position: UInt32 = 0) {
      self.stream = stream
      self.position = position
    }
  }

  /// Slots that stay when the last stream has gone.
  @inlinable static var idleSlotsMax: Int { 32 }

  /// At least twice as many as there are streams, and a power of two.
  @usableFromInline var slots: [Slot] = []
  @usableFromInline var streams: [StreamID] = []
  @usableFromInline var values: [Value] = []

  /// Makes an empty map.
  @inlinable
  public init() {}

  /// How many streams there are.
  @inlinable
  public var count: Int { streams.count }

  /// Whether there is no stream.
  @inlinable
  public var isEmpty: Bool { streams.isEmpty }

  /// What is kept for a stream; setting `nil` removes it.
  @inlinable
  public subscript(stream: StreamID) -> Value? {
    get { index(forKey: stream).map { values[$0] } }
    set {
      guard let newValue else {
        removeValue(forKey: stream)
        return
      }
      if let index = index(forKey: stream) {
        values[index] = newValue
      } else {
        insert(newValue, for: stream)
      }
    }
  }

  /// Where the stream's value lies until a stream is added or removed.
  @inlinable
  public func index(forKey stream: StreamID) -> Int? {
    slot(of: stream).map { Int(slots[$0].position) }
  }

  /// The value at an index.
  @inlinable
  public subscript(at index: Int) -> Value {
    _read { yield values[index] }
    _modify { yield &values[index] }
  }

  /// Removes a stream; returns what was kept for it.
  @discardableResult
  @inlinable
  public mutating func removeValue(forKey stream: StreamID) -> Value? {
    guard let slot = slot(of: stream) else { return nil }
    let position = Int(slots[slot].position)
    let last = streams.count - 1
    if position != last {
      guard let moved = self.slot(of: streams[last]) else {
        preconditionFailure("stream \(streams[last]) has no slot")
      }
      slots[moved].position = UInt32(position)
      streams.swapAt(position, last)
      values.swapAt(position, last)
    }
    streams.removeLast()
    let value = values.removeLast()
    free(slot)
    if streams.isEmpty, slots.count > Self.idleSlotsMax { self = StreamMap() }
    return value
  }

  // MARK: Slots

  @inlinable
  func home(of stream: UInt32) -> Int { Int(stream) & (slots.count - 1) }

  @inlinable
  func after(_ slot: Int) -> Int { (slot + 1) & (slots.count - 1) }

  @inlinable
  func slot(of stream: StreamID) -> Int? {
    guard !slots.isEmpty, stream != .connection else { return nil }
    var slot = home(of: stream.rawValue)
    while slots[slot].stream != 0 {
      if slots[slot].stream == stream.rawValue { return slot }
      slot = after(slot)
    }
    return nil
  }

  @inlinable
  mutating func insert(_ value: Value, for stream: StreamID) {
    precondition(stream != .connection, "the connection is not a stream")
    if slots.count < 2 * (streams.count + 1) { grow() }
    take(Slot(stream: stream.rawValue, position: UInt32(streams.count)))
    streams.append(stream)
    values.append(value)
  }

  /// How far a stream's slot lies behind the one where it is looked for first.
  @inlinable
  func distance(_ stream: UInt32, at slot: Int) -> Int {
    (slot - home(of: stream)) & (slots.count - 1)
  }

  /// Puts the entry behind those whose way was as long, before those whose way was shorter.
  @inlinable
  mutating func take(_ entry: Slot) {
    var entry = entry
    var slot = home(of: entry.stream)
    while slots[slot].stream != 0 {
      if distance(slots[slot].stream, at: slot) < distance(entry.stream, at: slot) {
        swap(&slots[slot], &entry)
      }
      slot = after(slot)
    }
    slots[slot] = entry
  }

  @inlinable
  mutating func grow() {
    slots = Array(repeating: Slot(), count: Swift.max(4, 2 * slots.count))
    for (position, stream) in streams.enumerated() {
      take(Slot(stream: stream.rawValue, position: UInt32(position)))
    }
  }

  /// Frees a slot and moves up those behind it, as far as they are not where they are looked for
  /// first: for streams that come and go in order, none.
  @inlinable
  mutating func free(_ slot: Int) {
    var hole = slot
    var next = after(hole)
    while slots[next].stream != 0, distance(slots[next].stream, at: next) > 0 {
      slots[hole] = slots[next]
      hole = next
      next = after(next)
    }
    slots[hole] = Slot()
  }
}

extension StreamMap: Sequence {
  /// Each stream with its value, in no order.
  @inlinable
  public func makeIterator() -> some IteratorProtocol<(StreamID, Value)> {
    zip(streams, values).makeIterator()
  }
}

extension StreamMap: Sendable where Value: Sendable {}
