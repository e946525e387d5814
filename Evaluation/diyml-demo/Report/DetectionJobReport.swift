import API
import BoxMetrics
import CommandLineKit
import Foundation

/// What a main job with boxes came to, measured as COCO does on images never seen.
struct DetectionJobReport: Sendable {
  let job: JobRunner.Finished
  let images: [EvaluatedImage]
  let evaluation: DetectionEvaluation

  init(_ job: JobRunner.Finished) {
    self.job = job
    images = Self.images(job.split, job.outcome.answers)
    evaluation = DetectionEvaluation(of: images, classCount: job.split.classNames.count)
  }

  /// Images that were not answered count as images in which nothing was found.
  static func images(_ split: DataSplit, _ answers: [ImageAnswer]) -> [EvaluatedImage] {
    var numbers: [String: Int] = [:]
    for (number, name) in split.classNames.enumerated() { numbers[name] = number }
    func truths(_ boxes: [API.Box], isCrowd: Bool) -> [EvaluatedImage.Truth] {
      boxes.compactMap { box in
        numbers[box.className].map { number in
          EvaluatedImage.Truth(
            box: BoxMetrics.Box(xMin: box.xMin, yMin: box.yMin, xMax: box.xMax, yMax: box.yMax),
            classIndex: number, isCrowd: isCrowd)
        }
      }
    }
    return zip(split.test, answers).map { image, answer in
      let predictions = answer.objects.compactMap { object in
        numbers[object.className].map { number in
          EvaluatedImage.Prediction(
            box: BoxMetrics.Box(
              xMin: object.xMin, yMin: object.yMin, xMax: object.xMax, yMax: object.yMax),
            classIndex: number, confidence: object.confidence)
        }
      }
      return EvaluatedImage(
        truths: truths(image.boxes, isCrowd: false)
          + truths(split.crowds[image.path] ?? [], isCrowd: true),
        predictions: predictions)
    }
  }

  /// A row for each class.
  func table() -> Table {
    var table = Table([
      .init("CLASS"), .init("OBJECTS", isNumeric: true), .init("AP50", isNumeric: true),
      .init("AP", isNumeric: true), .init("RECALL", isNumeric: true),
    ])
    for (index, name) in job.split.classNames.enumerated() {
      let objects = images.reduce(0) { count, image in
        count + image.truths.count { $0.classIndex == index && !$0.isCrowd }
      }
      table.append([
        name, "\(objects)", Self.text(evaluation.classAveragePrecisions50[index]),
        Self.text(evaluation.classAveragePrecisions[index]),
        Self.text(evaluation.classRecalls[index]),
      ])
    }
    return table
  }

  /// `mAP@.5 0.912, mAP@[.5:.95] 0.601 on 72 images; small -, medium 0.4, large 0.7`.
  var summary: String {
    let sizes = [
      ("small", evaluation.averagePrecisionSmall), ("medium", evaluation.averagePrecisionMedium),
      ("large", evaluation.averagePrecisionLarge),
    ].map { "\($0) \(Self.text($1))" }
    let failed = job.outcome.answers.count {
      if case .failure = $0.outcome { true } else { false }
    }
    return "mAP@.5 \(Self.text(evaluation.averagePrecision50)), mAP@[.5:.95] "
      + "\(Self.text(evaluation.averagePrecision)) on \(images.count) images"
      + (failed == 0 ? "" : " (\(failed) without an answer)")
      + "; by size: \(sizes.joined(separator: ", "))"
  }

  private static func text(_ value: Double?) -> String { value.map { Format.ratio($0) } ?? "-" }

  func resultLine(data: String?) -> ResultLine {
    var values = data.map { [(key: "data", value: $0)] } ?? []
    values += [
      ("map50", Self.text(evaluation.averagePrecision50)),
      ("map", Self.text(evaluation.averagePrecision)), ("n", "\(images.count)"),
      ("train_seconds", Format.fixed(job.outcome.trainingSeconds, digits: 0)),
      ("train_images_per_second", Format.fixed(job.outcome.trainingImagesPerSecond, digits: 1)),
      ("images_per_second", Format.fixed(job.outcome.imagesPerSecond, digits: 1)),
      ("seconds", Format.fixed(job.seconds, digits: 0)),
    ]
    return ResultLine(name: job.name, values: values)
  }

  func file(at now: Date) -> DetectionResultsFile {
    DetectionResultsFile(
      name: job.name, data: job.split.name, time: now.formatted(Date.ISO8601FormatStyle()),
      map50: evaluation.averagePrecision50, map: evaluation.averagePrecision,
      classes: job.split.classNames.indices.map { index in
        DetectionResultsFile.ClassResult(
          name: job.split.classNames[index], ap50: evaluation.classAveragePrecisions50[index],
          ap: evaluation.classAveragePrecisions[index])
      },
      testImages: images.count, trainingImages: job.split.training.count,
      trainingSeconds: job.outcome.trainingSeconds,
      trainingImagesPerSecond: job.outcome.trainingImagesPerSecond,
      inferenceImagesPerSecond: job.outcome.imagesPerSecond,
      uploadSeconds: job.outcome.upload.seconds,
      seconds: job.seconds, timeBudgetSeconds: job.parameters.timeBudgetSeconds,
      inputSide: job.parameters.inputSide, seed: job.parameters.seed ?? 0,
      images: zip(job.split.test, images).map { file, image in
        DetectionResultsFile.Image(file: file.path, image)
      },
      machine: Machine.current())
  }
}
