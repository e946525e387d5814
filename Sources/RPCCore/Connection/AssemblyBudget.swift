/// Room for the messages of a connection that are larger than a stream's window allows.
///
/// Such a message gets credit for all of its bytes once there is room for them; until then it has
/// only its stream's window. Those that wait get their turn in order.
package struct AssemblyBudget: Sendable {
  /// Room that was given to a message that had waited.
  package struct Grant: Hashable, Sendable {
    package let stream: StreamID
    package let bytes: Int

    package init(stream: StreamID, bytes: Int) {
      self.stream = stream
      self.bytes = bytes
    }
  }

  private var free: Int
  private var held = StreamMap<Int>()
  private var waiting = ShortQueue<Grant>()

  package init(bytesMax: Int) { free = bytesMax }

  /// Asks for room; returns who gets it now, this stream among them if it need not wait.
  package mutating func reserve(_ bytes: Int, for stream: StreamID) -> [Grant] {
    waiting.append(Grant(stream: stream, bytes: bytes))
    return grants()
  }

  /// Frees what the stream holds, when its message was taken; returns who gets room now.
  package mutating func release(_ stream: StreamID) -> [Grant] {
    free += held.removeValue(forKey: stream) ?? 0
    return grants()
  }

  /// Gives up the stream's wait, when its message became whole without room of its own.
  package mutating func withdraw(_ stream: StreamID) -> [Grant] {
    waiting.removeAll { $0.stream == stream }
    return grants()
  }

  /// Frees what the stream holds or waits for, when it ends; returns who gets room now.
  package mutating func remove(_ stream: StreamID) -> [Grant] {
    if !waiting.isEmpty { waiting.removeAll { $0.stream == stream } }
    guard held[stream] != nil || !waiting.isEmpty else { return [] }
    return release(stream)
  }

  private mutating func grants() -> [Grant] {
    var grants: [Grant] = []
    var skipped = ShortQueue<Grant>()
    while let next = waiting.popFirst() {
      // A stream whose last large message was not taken yet does not hold up the others.
      if held[next.stream] != nil {
        skipped.append(next)
      } else if next.bytes <= free {
        free -= next.bytes
        held[next.stream] = next.bytes
        grants.append(next)
      } else {
        skipped.append(next)
        break
      }
    }
    while let next = waiting.popFirst() { skipped.append(next) }
    waiting = skipped
    return grants
  }
}
