import API
import RPCCore

/// What a watcher of a training has seen, and what it does when the connection is lost.
struct WatchState: Sendable, Equatable {
  enum Decision: Equatable {
    /// Watch again, from after `lastSequence`, when this has passed.
    case watchAgain(after: Duration)
    case giveUp(Status)
  }

  /// The sequence of the last event seen; 0 before the first.
  private(set) var lastSequence: Int32
  /// The training, as of the last event that told.
  private(set) var job: TrainingJob?
  /// Losses since the last event.
  private var losses = 0
  private var hasSeenEvents = false

  /// In a row and without an event between them; with the waits below, half a minute.
  static let lossesMax = 10
  /// Before the first event: a server that is not there is to be told of soon.
  static let earlyLossesMax = 2

  init(after lastSequence: Int32 = 0) {
    self.lastSequence = lastSequence
  }

  /// Whether the training has come to its end, and no event follows.
  var hasEnded: Bool {
    switch job?.state {
    case .succeeded, .failed, .canceled: true
    case .unspecified, .queued, .running, .unrecognized, nil: false
    }
  }

  /// Takes an event in.
  ///
  /// - Returns: Whether it is a new one.
  mutating func received(_ event: TrainingEvent) -> Bool {
    guard event.sequence > lastSequence else { return false }
    lastSequence = event.sequence
    hasSeenEvents = true
    losses = 0
    if case .job(let value) = event.event { job = value }
    return true
  }

  /// The stream ended before the training did; `status` says why, if it failed.
  mutating func lost(_ status: Status?) -> Decision {
    let status = status ?? Status(.unavailable, "the server stopped telling of the training")
    let lossesMax = hasSeenEvents ? Self.lossesMax : Self.earlyLossesMax
    guard status.code == .unavailable, losses < lossesMax else { return .giveUp(status) }
    losses += 1
    return .watchAgain(after: min(.milliseconds(250 << (losses - 1)), .seconds(4)))
  }
}
