import API
import CommandLineKit
import Foundation

/// What a main job came to, in words, as a file and as the last line.
struct JobReport: Sendable {
  let job: JobRunner.Finished
  let score: Score

  init(_ job: JobRunner.Finished) {
    self.job = job
    var score = Score(classNames: job.split.classNames)
    for (image, answer) in zip(job.split.test, job.outcome.answers) {
      score.count(truth: image.label ?? "", answer: answer.classes.first?.className)
    }
    self.score = score
  }

  /// `accuracy 0.871 (871 of 1000 right; 95 % interval 0.849 to 0.890)`.
  var accuracyLine: String {
    let failures = score.failures == 0 ? "" : ", \(score.failures) without an answer"
    let low = Format.ratio(score.interval.lowerBound)
    let high = Format.ratio(score.interval.upperBound)
    return "accuracy \(Format.ratio(score.accuracy)) (\(score.right) of \(score.total) right"
      + "\(failures); 95 % interval \(low) to \(high))"
  }

  /// The first test image of each class, and the first mistakes.
  func predictions(mistakesMax: Int = 5) -> Table {
    var table = Table([
      .init("IMAGE"), .init("TRUTH"), .init("PREDICTION"), .init("PROBABILITY", isNumeric: true),
      .init(""),
    ])
    var seen: Set<String> = []
    var mistakes = 0
    for (image, answer) in zip(job.split.test, job.outcome.answers) {
      guard let truth = image.label, let best = answer.classes.first else { continue }
      let isWrong = best.className != truth
      let isShown = seen.insert(truth).inserted || (isWrong && mistakes < mistakesMax)
      guard isShown else { continue }
      if isWrong { mistakes += 1 }
      let name = (image.path as NSString).pathComponents.suffix(2).joined(separator: "/")
      table.append([
        name, truth, best.className, Format.ratio(best.probability), isWrong ? "wrong" : "",
      ])
    }
    return table
  }

  func resultLine(data: String?) -> ResultLine {
    var values = data.map { [(key: "data", value: $0)] } ?? []
    values += [
      ("accuracy", Format.ratio(score.accuracy)), ("n", "\(score.total)"),
      ("train_seconds", Format.fixed(job.outcome.trainingSeconds, digits: 0)),
      ("images_per_second", Format.fixed(job.outcome.imagesPerSecond, digits: 1)),
      ("seconds", Format.fixed(job.seconds, digits: 0)),
      ("accuracy_low", Format.ratio(score.interval.lowerBound)),
      ("accuracy_high", Format.ratio(score.interval.upperBound)),
    ]
    return ResultLine(name: job.name, values: values)
  }

  func file(at now: Date) -> ResultsFile {
    ResultsFile(
      name: job.name, data: job.split.name, time: now.formatted(Date.ISO8601FormatStyle()),
      accuracy: score.accuracy, accuracyLow: score.interval.lowerBound,
      accuracyHigh: score.interval.upperBound, count: score.total,
      trainingImages: job.split.training.count, trainingSeconds: job.outcome.trainingSeconds,
      validationAccuracy: job.outcome.job.metrics?.accuracy,
      inferenceImagesPerSecond: job.outcome.imagesPerSecond,
      uploadSeconds: job.outcome.upload.seconds,
      seconds: job.seconds, timeBudgetSeconds: job.parameters.timeBudgetSeconds,
      inputSide: job.parameters.inputSide, seed: job.parameters.seed ?? 0,
      classNames: score.classNames,
      confusion: score.confusion,
      predictions: zip(job.split.test, job.outcome.answers).map { image, answer in
        ResultsFile.Prediction(
          file: image.path, truth: image.label ?? "",
          prediction: answer.classes.first?.className,
          probability: answer.classes.first?.probability)
      },
      machine: Machine.current())
  }
}
