import Synchronization

/// Something that the server should not have done.
struct TortureFault: Sendable, CustomStringConvertible {
  enum Kind: String, Sendable, CaseIterable {
    /// What was acknowledged is not there.
    case lost
    /// It is there, but differs.
    case changed
    /// What was refused, deleted or never asked for is there.
    case appeared
    /// What belongs to another account was shown or touched.
    case foreign
    /// The server answered as it should in no case.
    case wrong
  }

  var kind: Kind
  var text: String

  var description: String { "\(kind): \(text.prefix(1_000))" }
}

/// A state in which an account may be.
struct TortureCandidate: Sendable {
  /// Nothing where there is no account.
  var state: TortureAccount?
  /// Names it in the account's history.
  let entry: Int
}

/// What all of a torture share: counts, faults, and what was when.
///
/// Time is a number that grows with each call's begin and end, so that instants of different
/// accounts can be compared.
final class TortureLedger: Sendable {
  /// A state, and between which instants it was that of its account; the bounds are wide.
  struct Entry: Sendable {
    var state: TortureAccount?
    var from: UInt64
    /// Missing while it may still be so.
    var until: UInt64?
  }

  struct Count: Sendable {
    var done = 0
    var refused = 0
    var lost = 0
  }

  /// Names of others' things, for those who try to reach them.
  struct Hint: Sendable {
    var user: String
    var project: String
    var image: String?
    var token: Int64?
    var inference: String?
    var training: Int32?
  }

  private struct State {
    var now: UInt64 = 0
    var entries = 0
    var histories: [String: [Int: Entry]] = [:]
    /// Older history is forgotten; with nothing, all but what holds now.
    var keptSince: UInt64?
    var counts: [String: Count] = [:]
    var faults: [TortureFault] = []
    var hints: [Hint] = []
    var isOver = false
    var working = 0
  }

  private let state = Mutex(State())

  // MARK: Time and histories

  /// The next instant.
  func tick() -> UInt64 {
    state.withLock { state in
      state.now += 1
      return state.now
    }
  }

  /// Notes a state that an account may be in from an instant on.
  func open(_ user: String, _ account: TortureAccount?, from instant: UInt64) -> TortureCandidate {
    state.withLock { state in
      state.entries += 1
      state.histories[user, default: [:]][state.entries] = Entry(state: account, from: instant)
      return TortureCandidate(state: account, entry: state.entries)
    }
  }

  /// Notes that an account is in one of these states and in no other any more.
  func close(_ user: String, to candidates: [TortureCandidate]) {
    state.withLock { state in
      state.now += 1
      let oldest = state.keptSince ?? .max
      var history = state.histories[user] ?? [:]
      for (id, entry) in history where entry.until == nil { history[id]?.until = state.now }
      for candidate in candidates {
        history[candidate.entry]?.until = nil
        history[candidate.entry]?.state = candidate.state
      }
      state.histories[user] = history.filter { ($0.value.until ?? .max) >= oldest }
    }
  }

  /// Keeps all history from now on; the instant that is now.
  func record() -> UInt64 {
    state.withLock { state in
      state.now += 1
      state.keptSince = state.now
      return state.now
    }
  }

  /// Ends what `record()` began: the instant that is now, and the states of all accounts since then.
  func recorded() -> (end: UInt64, histories: [String: [Entry]]) {
    state.withLock { state in
      state.now += 1
      state.keptSince = nil
      return (state.now, state.histories.mapValues { Array($0.values) })
    }
  }

  // MARK: Counts and faults

  func count(_ kind: String, _ what: WritableKeyPath<Count, Int>) {
    state.withLock { $0.counts[kind, default: Count()][keyPath: what] += 1 }
  }

  func report(_ kind: TortureFault.Kind, _ text: String) {
    state.withLock { $0.faults.append(TortureFault(kind: kind, text: text)) }
  }

  func report(_ faults: [TortureFault], of user: String) {
    for fault in faults.prefix(10) { report(fault.kind, "\(user): \(fault.text)") }
  }

  var faults: [TortureFault] { state.withLock { $0.faults } }

  /// Calls that were answered.
  var operations: Int { counts.values.reduce(0) { $0 + $1.done + $1.refused } }

  var counts: [String: Count] { state.withLock { $0.counts } }

  /// One line for each kind of call.
  var table: String {
    counts.sorted { $0.key < $1.key }.map { kind, count in
      "torture: \(kind) done=\(count.done) refused=\(count.refused) lost=\(count.lost)"
    }.joined(separator: "\n")
  }

  // MARK: Hints

  func give(_ hint: Hint, using random: inout some RandomNumberGenerator) {
    let place = Int.random(in: 0..<64, using: &random)
    state.withLock { state in
      if state.hints.count < 64 {
        state.hints.append(hint)
      } else {
        state.hints[place] = hint
      }
    }
  }

  func hint(
    notOf users: [String], using random: inout some RandomNumberGenerator
  ) -> Hint? {
    let hints = state.withLock { $0.hints }.filter { !users.contains($0.user) }
    return hints.randomElement(using: &random)
  }

  // MARK: The end

  /// Whether clients shall stop.
  var isOver: Bool { state.withLock { $0.isOver } }

  func end() { state.withLock { $0.isOver = true } }

  func begun() { state.withLock { $0.working += 1 } }

  func ended() { state.withLock { $0.working -= 1 } }

  /// Clients at work.
  var working: Int { state.withLock { $0.working } }
}
