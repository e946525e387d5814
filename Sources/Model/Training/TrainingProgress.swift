/// Counts images and time, tells whoever watches, and notices when to stop.
struct TrainingProgress {
  typealias Now = @Sendable () -> ContinuousClock.Instant

  private(set) var event = TrainingEvent(phase: .images)
  private let report: @Sendable (TrainingEvent) -> Void
  private let isCancelled: @Sendable () -> Bool
  private let now: Now
  private let start: ContinuousClock.Instant
  private let budget: Duration
  private var phaseStart: ContinuousClock.Instant
  private var lastReport: ContinuousClock.Instant
  private var imagesDone = 0
  /// What comes after the features, in images that take as long as theirs.
  private let laterImages: Double
  private var featuresPerSecond = 0.0
  private var imagesPlanned = 1

  /// Batches pass quicker than anyone reads.
  private static let interval = Duration.milliseconds(500)

  init(
    budget: Duration, laterImages: Double, now: @escaping Now,
    report: @escaping @Sendable (TrainingEvent) -> Void,
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

  mutating func begin(_ phase: TrainingEvent.Phase, images: Int, epochs: Int = 0) {
    if event.phase == .features { featuresPerSecond = imagesPerSecond }
    event = TrainingEvent(phase: phase)
    event.epochs = epochs
    phaseStart = now()
    imagesDone = 0
    imagesPlanned = max(1, images)
    report(event)
  }

  mutating func plan(images: Int, epochs: Int) {
    imagesPlanned = max(1, images)
    event.epochs = epochs
  }

  /// Counts a batch; throws `.cancelled` when asked to stop.
  mutating func advance(images: Int, loss: Double? = nil) throws(ModelError) {
    guard !isCancelled() else { throw .cancelled }
    imagesDone += images
    if let loss { event.loss = loss }
    if now() - lastReport >= TrainingProgress.interval { send() }
  }

  mutating func endEpoch(_ epoch: Int, loss: Double, validationAccuracy: Double) {
    event.validationAccuracy = validationAccuracy
    endEpoch(epoch, loss: loss)
  }

  mutating func endEpoch(_ epoch: Int, loss: Double, validationAveragePrecision: Double?) {
    event.validationAveragePrecision =
      validationAveragePrecision ?? event.validationAveragePrecision
    endEpoch(epoch, loss: loss)
  }

  private mutating func endEpoch(_ epoch: Int, loss: Double) {
    event.epoch = epoch
    event.loss = loss
    send()
  }

  private mutating func send() {
    lastReport = now()
    event.fraction = min(1, Double(imagesDone) / Double(imagesPlanned))
    event.imagesPerSecond = imagesPerSecond
    event.secondsLeft = secondsLeft
    report(event)
  }

  private var secondsLeft: Double {
    let speed = event.imagesPerSecond
    guard speed > 0 else { return 0 }
    var seconds = Double(max(0, imagesPlanned - imagesDone)) / speed
    switch event.phase {
    case .images: return timeLeft / .seconds(1)  // nothing is known yet
    case .features: seconds += laterImages / speed
    case .head: seconds += featuresPerSecond > 0 ? laterImages / featuresPerSecond : 0
    case .fineTuning: break
    }
    return min(seconds, timeLeft / .seconds(1))
  }
}
