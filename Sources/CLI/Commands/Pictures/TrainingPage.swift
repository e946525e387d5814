import API
import Drawing

/// What a training has left to look at, as one page.
struct TrainingPage {
  let job: TrainingJob
  let report: TrainingReport
  private let colors: ClassColors

  /// Lines of the table of what is confused most.
  private static let confusedMax = 15

  init(job: TrainingJob, report: TrainingReport) {
    (self.job, self.report) = (job, report)
    let names =
      job.metrics?.detection?.classes.map(\.className) ?? job.metrics?.classes.map(\.className)
    colors = ClassColors(names ?? [])
  }

  /// Gets the example images and writes everything down.
  func document(_ shelf: inout PictureShelf) async throws -> String {
    var page = Page(title: "Training \(job.training)")
    describe(on: &page)
    let curves = TrainingCurves(report: report)
    page.heading("How it learned")
    if curves.history.isEmpty {
      page.paragraph("The server has kept no history of this training.", isFaint: true)
    }
    page.figures(curves.history)
    if !report.precisionRecall.isEmpty {
      page.heading("Precision and recall")
      page.paragraph(
        "At an IoU of 0.5; the number is AP@.5, the dot is at the best confidence.", isFaint: true)
      page.figures(curves.precisionRecall(job.metrics?.detection))
      let more = report.precisionRecall.count - TrainingCurves.classesMax
      if more > 0 { page.paragraph("\(more) more classes are not drawn.", isFaint: true) }
    }
    showConfusion(on: &page)
    showClasses(on: &page)
    try await showExamples(on: &page, &shelf)
    return page.document
  }

  private func describe(on page: inout Page) {
    page.paragraph(
      "\(Format.count(Int(clamping: job.imageCount), "image")), trained in "
        + "\(Format.clock(seconds: job.seconds)), ended \(Format.time(job.endTime)). "
        + "Measured on \(job.metrics?.validationImages ?? 0) images that it did not learn from.",
      isFaint: true)
    guard let metrics = job.metrics else { return }
    guard let detection = metrics.detection else {
      return page.facts([
        ("accuracy", Format.ratio(metrics.accuracy)),
        ("top \(metrics.topK)", Format.ratio(metrics.topKAccuracy)),
        ("macro F1", Format.ratio(metrics.macroF1)), ("loss", Format.ratio(metrics.loss)),
      ])
    }
    page.facts([
      ("mAP@.5", TrainingText.ratio(detection.meanAveragePrecision50)),
      ("mAP@[.5:.95]", TrainingText.ratio(detection.meanAveragePrecision)),
      ("mAP@.75", TrainingText.ratio(detection.meanAveragePrecision75)),
      ("mAP small", TrainingText.ratio(detection.meanAveragePrecisionSmall)),
      ("mAP medium", TrainingText.ratio(detection.meanAveragePrecisionMedium)),
      ("mAP large", TrainingText.ratio(detection.meanAveragePrecisionLarge)),
    ])
    page.facts([
      ("best confidence", Format.ratio(detection.confidenceBest)),
      ("precision there", Format.ratio(detection.precision)),
      ("recall there", Format.ratio(detection.recall)), ("F1 there", Format.ratio(detection.f1)),
      ("validation objects", NumberFormat.grouped(Double(detection.validationObjects))),
    ])
  }

  private func showConfusion(on page: inout Page) {
    guard let confusion = report.confusion, !confusion.classNames.isEmpty else { return }
    let names = confusion.classNames + (confusion.hasBackground ? ["background"] : [])
    page.heading("What was taken for what")
    let grid = ConfusionGrid(
      names: names, counts: confusion.counts, rowTitle: "truth", columnTitle: "answer")
    if let grid {
      page.figures([Page.Figure(grid.figure, caption: caption(confusion.hasBackground))])
    }
    let rows = Self.confused(names, confusion.counts).prefix(Self.confusedMax)
    guard !rows.isEmpty else { return }
    page.subheading("Most frequent mistakes")
    page.table(
      [.init("Truth"), .init("Answer"), .init("Times", isNumeric: true)],
      rows.map { [$0.truth, $0.answer, NumberFormat.grouped(Double($0.count))] })
  }

  private func caption(_ hasBackground: Bool) -> String {
    hasBackground
      ? "Objects at the best confidence and an IoU of 0.5. Background: missed in its column, "
        + "invented in its row." : "Images. What was right lies on the diagonal."
  }

  /// What lies beside the diagonal, the most first.
  static func confused(
    _ names: [String], _ counts: [Int32]
  ) -> [(truth: String, answer: String, count: Int32)] {
    guard counts.count == names.count * names.count else { return [] }
    return counts.enumerated().compactMap { place, count in
      let (row, column) = place.quotientAndRemainder(dividingBy: names.count)
      return count > 0 && row != column ? (names[row], names[column], count) : nil
    }.sorted { $0.count > $1.count }
  }

  private func showClasses(on page: inout Page) {
    guard let metrics = job.metrics else { return }
    page.heading("Classes")
    let (columns, rows) = ClassTable.table(metrics)
    page.table(columns, rows)
  }

  private func showExamples(on page: inout Page, _ shelf: inout PictureShelf) async throws {
    guard !report.detectionExamples.isEmpty, let metrics = job.metrics?.detection else { return }
    page.heading("Validation images")
    page.paragraph(
      "Dashed: missed in the truth, invented by the model. Shown from the best confidence of "
        + "\(Format.ratio(metrics.confidenceBest)) on.", isFaint: true)
    var colors = colors
    var figures: [Page.Figure] = []
    for example in report.detectionExamples {
      guard let picture = try await shelf.picture(example.imageId, on: &page) else { continue }
      let sheet = ContactSheet(
        example: example, picture: picture, confidenceMin: metrics.confidenceBest)
      figures.append(sheet.figure(&colors))
    }
    page.figures(figures)
    if shelf.leftOut > 0 {
      page.paragraph(
        "\(Format.count(shelf.leftOut, "image")) left out: too large for this page, or deleted.",
        isFaint: true)
    }
  }
}

/// Figures of each class, in words.
enum ClassTable {
  static func table(_ metrics: ModelMetrics) -> (columns: [Page.Column], rows: [[String]]) {
    guard let detection = metrics.detection else {
      return (
        columns(["Precision", "Recall", "F1", "Images"]),
        metrics.classes.map { row in
          [
            row.className, Format.ratio(row.precision), Format.ratio(row.recall),
            Format.ratio(row.f1), "\(row.support)",
          ]
        }
      )
    }
    return (
      columns(["AP@.5", "AP@[.5:.95]", "Precision", "Recall", "F1", "Objects"]),
      detection.classes.map { row in
        [
          row.className, TrainingText.ratio(row.averagePrecision50),
          TrainingText.ratio(row.averagePrecision), Format.ratio(row.precision),
          Format.ratio(row.recall), Format.ratio(row.f1), "\(row.objects)",
        ]
      }
    )
  }

  private static func columns(_ names: [String]) -> [Page.Column] {
    [.init("Class")] + names.map { .init($0, isNumeric: true) }
  }
}
