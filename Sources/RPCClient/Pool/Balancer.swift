/// Which of several connections takes the next call.
public enum Balancing: Sendable, Hashable, CaseIterable {
  /// One after the other.
  case roundRobin
  /// The one with the fewest open calls; among equals, one after the other.
  case leastLoaded
}

/// Chooses among connections that can take calls.
struct Balancer {
  let balancing: Balancing
  private var turn = 0

  init(_ balancing: Balancing) { self.balancing = balancing }

  /// The position of the next one of `count`, whose load and room are asked for as needed; `nil` if
  /// there is none with room.
  mutating func next(
    of count: Int, load: (Int) -> Int, hasRoom: (Int) -> Bool
  ) -> Int? {
    guard count > 0 else { return nil }
    let start = turn < count ? turn : 0
    var best: (position: Int, load: Int)?
    for offset in 0..<count {
      let position = start + offset < count ? start + offset : start + offset - count
      guard hasRoom(position) else { continue }
      if balancing == .roundRobin {
        turn = position + 1
        return position
      }
      let load = load(position)
      if load < best?.load ?? .max { best = (position, load) }
    }
    if let best { turn = best.position + 1 }
    return best?.position
  }
}
