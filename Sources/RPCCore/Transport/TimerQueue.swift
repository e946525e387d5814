/// Instants at which something is due, the earliest first: a heap whose entries can be removed.
package struct TimerQueue<Payload> {
  /// Names an entry until it is removed or due.
  package struct Handle: Hashable, Sendable {
    fileprivate let index: Int
    fileprivate let generation: UInt32
  }

  private struct Entry {
    var due: ContinuousClock.Instant
    var payload: Payload?
    var position: Int
    var generation: UInt32
  }

  private var entries: [Entry] = []
  private var free: [Int] = []
  /// Indices of entries; each is due no later than those at twice its position and one or two more.
  private var heap: [Int] = []

  package init() {}

  package var count: Int { heap.count }

  /// When the earliest entry is due.
  package var firstDue: ContinuousClock.Instant? { heap.first.map { entries[$0].due } }

  package mutating func add(_ payload: Payload, due: ContinuousClock.Instant) -> Handle {
    let index: Int
    if let reused = free.popLast() {
      index = reused
      entries[index].due = due
      entries[index].payload = payload
    } else {
      index = entries.count
      entries.append(Entry(due: due, payload: payload, position: 0, generation: 0))
    }
    heap.append(index)
    entries[index].position = heap.count - 1
    rise(from: heap.count - 1)
    return Handle(index: index, generation: entries[index].generation)
  }

  /// Removes an entry; nothing if it was removed or due before.
  package mutating func remove(_ handle: Handle) {
    guard entries[handle.index].generation == handle.generation else { return }
    _ = take(at: entries[handle.index].position)
  }

  /// Takes the earliest entry that is due at `now`.
  package mutating func popDue(at now: ContinuousClock.Instant) -> Payload? {
    guard let firstDue, firstDue <= now else { return nil }
    return take(at: 0)
  }

  private mutating func take(at position: Int) -> Payload? {
    let index = heap[position]
    let last = heap.count - 1
    heap.swapAt(position, last)
    heap.removeLast()
    if position < last {
      entries[heap[position]].position = position
      rise(from: position)
      sink(from: entries[heap[position]].position)
    }
    entries[index].generation &+= 1
    free.append(index)
    return entries[index].payload.take()
  }

  private mutating func rise(from start: Int) {
    var position = start
    while position > 0 {
      let parent = (position - 1) / 2
      guard entries[heap[position]].due < entries[heap[parent]].due else { return }
      exchange(position, parent)
      position = parent
    }
  }

  private mutating func sink(from start: Int) {
    var position = start
    while true {
      var earliest = position
      for child in [2 * position + 1, 2 * position + 2]
      where child < heap.count && entries[heap[child]].due < entries[heap[earliest]].due {
        earliest = child
      }
      guard earliest != position else { return }
      exchange(position, earliest)
      position = earliest
    }
  }

  private mutating func exchange(_ first: Int, _ second: Int) {
    heap.swapAt(first, second)
    entries[heap[first]].position = first
    entries[heap[second]].position = second
  }
}
