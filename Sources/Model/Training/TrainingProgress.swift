/// Counts images and time, tells whoever watches, and notices when to stop.
struct TrainingProgress {
  typealias Now = @Sendable () -> ContinuousClock.Instant

  private(set) var event = TrainingStep(phase: .images)
  /// Those that have ended, of all phases.
  private(set) var epochs: [TrainedEpoch] = []
  private let report: @Sendable (TrainingStep) -> Void
  private let isCancelled: @Sendable () -> Bool
  private let now: Now
  private let start: ContinuousClock.Instant
  private let budget: Duration
  /// What the event says again after an evaluation.
  private var learning: TrainingStep?
  private var lossSum = 0.0
  private var phaseStart: ContinuousClock.Instant
  private var lastReport: ContinuousClock.Instant
  /// Of the phase, evaluations included.
  private var imagesDone = 0
  private var imagesPlanned = 1
  /// What comes after the features, in images that take as long as theirs.
  private let laterImages: Double
  private var featuresPerSecond = 0.0

  /// Batches pass quicker than anyone reads.
  private static let interval = Duration.milliseconds(500)

  init(
    budget: Duration, laterImages: Double, now: @escaping Now,
    report: @escaping @Sendable (TrainingStep) -> Void,
    isCancelled: @escaping @Sendable () -> Bool
  ) {
    self.budget = budget
    self.laterImages = laterImages
    self.now = now
    self.report = report
    self.isCancelled = isCancelled
    start = now()
    phaseStart = start
    lastReport = start
  }

  var elapsed: Duration { now() - start }

  var timeLeft: Duration { max(.zero, budget - elapsed) }

  /// Images a second since the phase began.
  var imagesPerSecond: Double {
    let seconds = (now() - phaseStart) / .seconds(1)
    return seconds > 0 ? Double(imagesDone) / seconds : 0
  }

  /// Tells something that was chosen automatically.
  func note(_ text: String) {
    var event = event
    event.note = text
    report(event)
  }

  /// Begins a phase that looks at so many images, in epochs of `epochImages` to learn from.
  mutating func begin(
    _ phase: TrainingStep.Phase, images: Int, epochs: Int = 0, epochImages: Int? = nil
  ) {
    if event.phase == .features { featuresPerSecond = imagesPerSecond }
    learning = nil
    event = TrainingStep(phase: phase)
    event.epochs = epochs
    event.epoch = min(1, epochs)
    event.imagesTotal = epochImages ?? images
    phaseStart = now()
    imagesDone = 0
    imagesPlanned = max(1, images)
    report(event)
  }

  /// How many images the phase will have looked at, evaluations included, after so many epochs.
  mutating func plan(images: Int, epochs: Int) {
    imagesPlanned = max(1, images)
    event.epochs = epochs
  }

  /// Begins an epoch, counted from 1.
  mutating func beginEpoch(_ epoch: Int) {
    event.epoch = epoch
    event.imagesDone = 0
    event.loss = nil
    lossSum = 0
  }

  /// Begins to measure by so many images what was learned, until the epoch or the phase ends.
  mutating func beginEvaluation(images: Int) {
    learning = event
    event.phase = .evaluation
    event.imagesDone = 0
    event.imagesTotal = images
    event.loss = nil
    send()
  }

  /// Counts a batch and the mean loss over it; throws `.cancelled` when asked to stop.
  mutating func advance(images: Int, loss: Double? = nil) throws(ModelError) {
    guard !isCancelled() else { throw .cancelled }
    imagesDone += images
    event.imagesDone += images
    if let loss {
      lossSum += loss * Double(images)
      event.loss = lossSum / Double(event.imagesDone)
    }
    if now() - lastReport >= TrainingProgress.interval { send() }
  }

  /// Ends the epoch; `measure` fills in what was measured after it.
  mutating func endEpoch(_ measure: (inout TrainedEpoch) -> Void = { _ in }) {
    if let learning {
      event.phase = learning.phase
      event.imagesDone = learning.imagesDone
      event.imagesTotal = learning.imagesTotal
      event.loss = learning.loss
    }
    learning = nil
    var epoch = TrainedEpoch(
      phase: event.phase, number: event.epoch, loss: event.loss ?? 0,
      seconds: elapsed / .seconds(1))
    measure(&epoch)
    epochs.append(epoch)
    event.validationAccuracy = epoch.validationAccuracy
    event.validationAveragePrecision = epoch.averagePrecision ?? event.validationAveragePrecision
    send()
  }

  private mutating func send() {
    lastReport = now()
    event.epochs = max(event.epochs, event.epoch)
    event.imagesPerSecond = imagesPerSecond
    event.secondsLeft = secondsLeft
    report(event)
  }

  private var secondsLeft: Double {
    let speed = event.imagesPerSecond
    guard speed > 0 else { return 0 }
    var seconds = Double(max(0, imagesPlanned - imagesDone)) / speed
    switch (learning ?? event).phase {
    case .images: return timeLeft / .seconds(1)  // nothing is known yet
    case .features: seconds += laterImages / speed
    case .head: seconds += featuresPerSecond > 0 ? laterImages / featuresPerSecond : 0
    case .fineTuning, .evaluation: break
    }
    return min(seconds, timeLeft / .seconds(1))
  }
}
