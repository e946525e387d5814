/// Values within a budget of bytes: what was used longest ago goes first.
///
/// Holds a few dozen values: everything is linear in their number.
struct RecentValues<Key: Hashable, Value> {
  private struct Entry {
    var key: Key
    var value: Value
    var bytes: Int
  }

  let bytesMax: Int
  /// The most recently used is last.
  private var entries: [Entry] = []

  init(bytesMax: Int) { self.bytesMax = bytesMax }

  var bytes: Int { entries.reduce(0) { $0 + $1.bytes } }

  /// Oldest use first.
  var keys: [Key] { entries.map(\.key) }

  /// The value, which counts as its use.
  mutating func use(_ key: Key) -> Value? {
    guard let index = entries.firstIndex(where: { $0.key == key }) else { return nil }
    let entry = entries.remove(at: index)
    entries.append(entry)
    return entry.value
  }

  /// Adds a value and makes room for it; returns whether others had to go.
  ///
  /// A value larger than the budget is kept alone.
  mutating func insert(_ value: Value, bytes: Int, for key: Key) -> Bool {
    entries.removeAll { $0.key == key }
    entries.append(Entry(key: key, value: value, bytes: bytes))
    let count = entries.count
    while self.bytes > bytesMax, entries.count > 1 { entries.removeFirst() }
    return entries.count < count
  }
}
