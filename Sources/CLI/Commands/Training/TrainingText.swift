package import API
import WellKnownTypes

/// A training's events as lines for people.
package enum TrainingText {
  /// `fine-tuning 3/10 BAR 58 %  loss 0.412  accuracy 0.871  93 images/s  1:20 left`; the bar is
  /// that of the epoch.
  package static func line(
    _ progress: TrainingProgress, columns: Int, bar: ProgressBar
  ) -> String {
    var label = progress.phase.word
    if progress.epochs > 0 { label += " \(progress.epoch)/\(progress.epochs)" }
    let fraction =
      progress.imagesTotal == 0
      ? 0 : Double(progress.imagesDone) / Double(progress.imagesTotal)
    return bar.line(
      label: label, fraction: fraction, details: details(progress), columns: columns)
  }

  private static func details(_ progress: TrainingProgress) -> [String] {
    var details: [String] = []
    if let loss = progress.loss { details.append("loss \(Format.ratio(loss))") }
    if let accuracy = progress.validationAccuracy {
      details.append("accuracy \(Format.ratio(accuracy))")
    }
    if let map = progress.validationMeanAveragePrecision {
      details.append("mAP \(Format.ratio(map))")
    }
    if progress.imagesPerSecond > 0 {
      details.append("\(Format.fixed(progress.imagesPerSecond, digits: 0)) images/s")
    }
    if progress.secondsLeft > 0 {
      details.append("\(Format.clock(seconds: progress.secondsLeft)) left")
    }
    return details
  }

  /// `training ada/cats@3: running`, with why it ended where there is a reason.
  package static func line(_ job: TrainingJob) -> String {
    let reason = job.reason.isEmpty ? "" : " (\(job.reason))"
    return TextWidth.printable(
      "training \(job.training): \(job.state.word)\(reason)")
  }

  /// What a training that succeeded has reached, as lines.
  package static func lines(_ metrics: ModelMetrics) -> [String] {
    if let detection = metrics.detection { return lines(detection, of: metrics) }
    var table = Table([
      .init("CLASS"), .init("PRECISION", isNumeric: true), .init("RECALL", isNumeric: true),
      .init("F1", isNumeric: true), .init("IMAGES", isNumeric: true),
    ])
    for row in metrics.classes {
      table.append([
        row.className, Format.ratio(row.precision), Format.ratio(row.recall),
        Format.ratio(row.f1), "\(row.support)",
      ])
    }
    let summary =
      "validation accuracy \(Format.ratio(metrics.accuracy)), top \(metrics.topK) "
      + "\(Format.ratio(metrics.topKAccuracy)), macro F1 \(Format.ratio(metrics.macroF1)); "
      + "\(metrics.trainingImages) images learned from, \(metrics.validationImages) held back"
    return [summary] + table.lines()
  }

  private static func lines(_ detection: DetectionMetrics, of metrics: ModelMetrics) -> [String] {
    var table = Table([
      .init("CLASS"), .init("AP", isNumeric: true), .init("AP@.5", isNumeric: true),
      .init("PRECISION", isNumeric: true), .init("RECALL", isNumeric: true),
      .init("F1", isNumeric: true), .init("OBJECTS", isNumeric: true),
    ])
    for row in detection.classes {
      table.append([
        row.className, ratio(row.averagePrecision), ratio(row.averagePrecision50),
        Format.ratio(row.precision), Format.ratio(row.recall), Format.ratio(row.f1),
        "\(row.objects)",
      ])
    }
    let summary =
      "validation mAP@.5 \(ratio(detection.meanAveragePrecision50)), mAP@[.5:.95] "
      + "\(ratio(detection.meanAveragePrecision)); "
      + "\(metrics.trainingImages) images learned from, \(metrics.validationImages) held back"
    let confidence =
      "best confidence \(Format.ratio(detection.confidenceBest)): precision "
      + "\(Format.ratio(detection.precision)), recall \(Format.ratio(detection.recall)), F1 "
      + "\(Format.ratio(detection.f1))"
    return [summary, confidence] + table.lines()
  }

  /// The one figure of a list: the accuracy, or the mAP@.5 of a detector.
  static func figure(_ metrics: ModelMetrics) -> String {
    guard let detection = metrics.detection else { return Format.ratio(metrics.accuracy) }
    return ratio(detection.meanAveragePrecision50)
  }

  /// `-` where there was nothing to measure it by.
  static func ratio(_ value: Double?) -> String { value.map(Format.ratio) ?? "-" }
}

extension TrainingJob {
  /// Seconds from its start to its end; 0 of one that has not ended.
  package var seconds: Double {
    guard let startTime, let endTime else { return 0 }
    return (endTime.sinceEpoch - startTime.sinceEpoch) / .seconds(1)
  }
}
