internal import API
internal import Model

/// The figures of each epoch, gathered from a training's events.
///
/// An event's epoch is the last complete one, and the first event that names it comes at its end,
/// with its figures; those after it are of the next, which is under way.
struct EpochHistory {
  private(set) var epochs: [API.TrainingReport.Epoch] = []
  private let start: ContinuousClock.Instant

  init(start: ContinuousClock.Instant) { self.start = start }

  /// The mean loss over the last complete epoch; 0 before the first.
  var loss: Double { epochs.last?.loss ?? 0 }

  /// Takes over what is known of the epochs that were validated; the others keep their loss only.
  mutating func complete(with validated: [API.TrainingReport.Epoch]) {
    guard !validated.isEmpty else { return }
    for index in epochs.indices {
      epochs[index].validationMap = nil
      let known = validated.first {
        $0.phase == epochs[index].phase && $0.epoch == epochs[index].epoch
      }
      guard var known else { continue }
      known.seconds = epochs[index].seconds
      epochs[index] = known
    }
  }

  mutating func received(_ event: Model.TrainingEvent, at now: ContinuousClock.Instant) {
    let phase = TrainingPhase(event.phase)
    let number = UInt32(clamping: event.epoch)
    guard event.note == nil, number > 0,
      epochs.last?.phase != phase || epochs.last?.epoch != number
    else { return }
    epochs.append(
      API.TrainingReport.Epoch(
        phase: phase, epoch: number, loss: event.loss,
        validationAccuracy: event.validationAccuracy,
        validationMap: event.validationAveragePrecision, seconds: (now - start) / .seconds(1)))
  }
}
