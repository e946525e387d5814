import Synchronization

/// How many calls a connection has, between the tasks that begin them and its event loop: two sums,
/// each written from one side, so that counting takes no lock.
final class CallCounter: Sendable {
  /// What a server takes before its settings have arrived.
  private static let slotsInitial = 16

  private let begun = Atomic(0)
  private let settled = Atomic(0)
  private let slotCount = Atomic(slotsInitial)

  /// Calls of which the server may hold a slot, or that wait for one.
  var open: Int { max(0, begun.load(ordering: .relaxed) - settled.load(ordering: .relaxed)) }
  /// Calls since the connection was made.
  var total: Int { begun.load(ordering: .relaxed) }
  /// Calls that the server takes at once.
  var slots: Int { slotCount.load(ordering: .relaxed) }
  /// Whether one more call would wait for a slot.
  var isFull: Bool { open >= slots }

  func begin() { begun.add(1, ordering: .relaxed) }

  /// Takes back a `begin` of a call that the connection did not take.
  func undoBegin() { begun.subtract(1, ordering: .relaxed) }

  func setSettled(_ count: Int) { settled.store(count, ordering: .relaxed) }

  func setSlots(_ count: Int) { slotCount.store(count, ordering: .relaxed) }
}
