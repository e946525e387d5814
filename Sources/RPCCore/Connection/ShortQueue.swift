/// First in, first out, for queues that seldom hold more than two: those take no memory of their own.
///
/// Public only because other modules use it for types of their own: Swift compiles it for those only
/// if it is inlinable, and inlines nothing that is not public.
@frozen
public struct ShortQueue<Element> {
  /// Taken elements that are kept room for until they are dropped together.
  @inlinable static var takenMax: Int { 32 }

  @usableFromInline var first: Element?
  @usableFromInline var second: Element?
  /// What comes after the second, behind those that were taken.
  @usableFromInline var rest: [Element?] = []
  @usableFromInline var taken = 0

  /// Makes an empty queue.
  @inlinable
  public init() {}

  /// Whether there is nothing to take.
  @inlinable
  public var isEmpty: Bool { first == nil }

  /// How many there are.
  @inlinable
  public var count: Int {
    (first == nil ? 0 : 1) + (second == nil ? 0 : 1) + rest.count - taken
  }

  /// Adds the newest.
  @inlinable
  public mutating func append(_ element: Element) {
    if first == nil {
      first = element
    } else if second == nil {
      second = element
    } else {
      rest.append(element)
    }
  }

  /// Takes the oldest; `nil` if there is none.
  @inlinable
  public mutating func popFirst() -> Element? {
    guard let element = first.take() else { return nil }
    first = second.take()
    if taken < rest.count {
      second = rest[taken].take()
      taken += 1
      dropTaken()
    }
    return element
  }

  /// The next element to be taken; setting replaces it, and does nothing while there is none.
  @inlinable
  public var next: Element? {
    get { first }
    set { if first != nil, let newValue { first = newValue } }
  }

  /// The newest element; setting replaces it, and does nothing while there is none.
  @inlinable
  public var last: Element? {
    get {
      if taken < rest.count { return rest[rest.count - 1] }
      return second ?? first
    }
    set {
      guard first != nil, let newValue else { return }
      if taken < rest.count {
        rest[rest.count - 1] = newValue
      } else if second != nil {
        second = newValue
      } else {
        first = newValue
      }
    }
  }

  /// Removes those for which `isRemoved` holds; the others keep their order.
  @inlinable
  public mutating func removeAll(where isRemoved: (Element) -> Bool) {
    var kept = ShortQueue()
    while let element = popFirst() {
      if !isRemoved(element) { kept.append(element) }
    }
    self = kept
  }

  /// Removes all.
  @inlinable
  public mutating func removeAll() { self = ShortQueue() }

  @inlinable
  mutating func dropTaken() {
    if taken == rest.count {
      rest.removeAll(keepingCapacity: rest.count <= Self.takenMax)
      taken = 0
    } else if taken >= Self.takenMax, 2 * taken >= rest.count {
      rest.removeFirst(taken)
      taken = 0
    }
  }
}

extension ShortQueue: Sendable where Element: Sendable {}
