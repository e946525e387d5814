import API

/// What `train report --json` prints: everything of the page but its images.
struct TrainingReportView: Encodable {
  struct EpochView: Encodable {
    let phase: String
    let epoch: UInt32
    let seconds: Double
    let loss: Double?
    let validationLoss: Double?
    let validationAccuracy: Double?
    let validationMap: Double?
    let validationMap50: Double?
  }

  struct ConfusionView: Encodable {
    /// With `background` at the end, where there is a row and a column for it.
    let names: [String]
    let rows: [[UInt64]]
  }

  struct CurveView: Encodable {
    let `class`: String
    /// At recalls that follow each other evenly from 0 to 1.
    let precisions: [Double]
  }

  struct ExampleView: Encodable {
    let id: String
    let truths: [BoxView]
    let objects: [AnswerView.ObjectView]
  }

  let training: TrainingJobView
  let history: [EpochView]
  let confusion: ConfusionView?
  let precisionRecall: [CurveView]
  let examples: [ExampleView]
  /// The page, if one was written.
  let file: String?

  init(_ job: TrainingJob, _ report: TrainingReport, file: String?) {
    training = TrainingJobView(job)
    history = report.history.map { epoch in
      EpochView(
        phase: PhaseName.text(epoch.phase), epoch: epoch.epoch, seconds: epoch.seconds,
        loss: epoch.loss, validationLoss: epoch.validationLoss,
        validationAccuracy: epoch.validationAccuracy, validationMap: epoch.validationMap,
        validationMap50: epoch.validationMap50)
    }
    confusion = report.confusion.map(ConfusionView.init)
    precisionRecall = report.precisionRecall.map {
      CurveView(class: $0.className, precisions: $0.precisions)
    }
    examples = report.detectionExamples.map { example in
      ExampleView(
        id: example.dataPointId, truths: example.truths.map(BoxView.init),
        objects: example.objects.map(AnswerView.ObjectView.init))
    }
    self.file = file
  }
}

extension TrainingReportView.ConfusionView {
  init(_ confusion: TrainingReport.Confusion) {
    let names = confusion.classNames + (confusion.hasBackground ? ["background"] : [])
    self.names = names
    let isSquare = confusion.counts.count == names.count * names.count
    rows =
      isSquare
      ? names.indices.map { row in
        Array(confusion.counts[row * names.count..<(row + 1) * names.count])
      } : []
  }
}
