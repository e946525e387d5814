internal import API
internal import Model

/// The figures of each epoch, gathered from a training's events.
///
/// An event's epoch is the last complete one, and the first event that names it comes at its end,
/// with its figures; those after it are of the next, which is under way.
struct EpochHistory {
  private(set) var epochs: [EngineEpoch] = []
  private let start: ContinuousClock.Instant

  init(start: ContinuousClock.Instant) { self.start = start }

  /// The mean loss over the last complete epoch; 0 before the first.
  var loss: Double { epochs.last?.loss ?? 0 }

  mutating func received(_ event: Model.TrainingEvent, at now: ContinuousClock.Instant) {
    let phase = EnginePhase(event.phase)
    let number = UInt32(clamping: event.epoch)
    guard event.note == nil, number > 0,
      epochs.last?.phase != phase || epochs.last?.epoch != number
    else { return }
    epochs.append(
      EngineEpoch(
        phase: phase, epoch: number, loss: event.loss,
        validationAccuracy: event.validationAccuracy, seconds: (now - start) / .seconds(1)))
  }
}
