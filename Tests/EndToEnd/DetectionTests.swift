import API
import Codec
import RPCCore
import TestSupport
import Testing

/// A detector's whole way: boxes, training, report, publication, use by another user.
@Suite(.serialized, .timeLimit(.minutes(5))) struct DetectionTests {
  /// A bright square on a dark ground, with its box; each seed gives another picture.
  private static func scene(_ seed: UInt64) -> (image: [UInt8], box: Box) {
    let place = Int(seed * 37 % 64)
    let (left, top, side) = (place, 63 - place, 40 + Int(seed % 3) * 8)
    let image = SyntheticImages.image(width: 128, height: 128) { x, y in
      let isInside = x >= left && x < left + side && y >= top && y < top + side
      let noise = UInt8((x * 7 + y * 13 + Int(seed) * 31) % 24)
      return isInside ? (230 - noise, 40, 40) : (20 + noise, 30 + noise, 60)
    }
    let box = Box(
      xMin: Double(left), yMin: Double(top), xMax: Double(left + side),
      yMax: Double(top + side), className: "square")
    return (image, box)
  }

  @Test func `a detector is trained, looked at, published and used by another`() async throws {
    try await House.with(.loopback) { caller in
      let world = try await World(filling: caller)
      let project = try await world.makeProject(.detection, classes: ["square"])
      for seed in UInt64(0)..<12 {
        let (image, box) = Self.scene(seed)
        try await world.put(image, in: project, Annotation(boxes: seed == 11 ? [] : [box]))
      }
      _ = try await world.training.train(
        TrainRequest(
          project: project,
          parameters: TrainingParameters(epochs: 2, seed: 3, timeBudgetSeconds: 40, inputSide: 64)),
        options: world.options())
      let job = try await world.ended(project)
      try #require(job.state == .succeeded, "\(job.reason)")
      try check(job)
      try await checkReport(project, world)
      try await checkUse(project, world)
    }
  }

  private func check(_ job: TrainingJob) throws {
    let metrics = try #require(job.metrics)
    let detection = try #require(metrics.detection)
    #expect(metrics.trainingImages + metrics.validationImages == 12)
    #expect(detection.trainingObjects + detection.validationObjects == 11)
    #expect(detection.classes.map(\.className) == ["square"])
    #expect(detection.meanAveragePrecision != nil && detection.meanAveragePrecision50 != nil)
  }

  private func checkReport(_ project: String, _ world: World) async throws {
    let report = try await world.training.getTrainingReport(
      GetTrainingReportRequest(training: "\(project)@1"), options: world.options())
    #expect(report.history.map(\.epoch) == Array(1...Int32(report.history.count)))
    #expect(
      report.history.contains {
        $0.validationMeanAveragePrecision != nil && $0.validationLoss != nil
      })
    #expect(report.confusion?.hasBackground == true && report.confusion?.counts.count == 4)
    #expect(report.precisionRecall.map(\.precisions.count) == [101])
    let example = try #require(report.detectionExamples.first)
    let page = try await world.data.listImages(
      ListImagesRequest(project: project, idPrefix: example.imageId),
      options: world.options())
    let boxes = Annotation(value: .boxes(Boxes(boxes: example.truths)))
    #expect(page.images.map(\.annotation) == [boxes])
  }

  private func checkUse(_ project: String, _ world: World) async throws {
    _ = try await world.publishing.publish(
      PublishRequest(training: project), options: world.options())
    let found = try await world.publishing.searchPublished(
      SearchPublishedRequest(text: "square"), options: world.options(.eve))
    #expect(found.models.map(\.model) == ["ada/\(project)@1"])
    #expect(found.models.first?.metrics?.detection?.meanAveragePrecision50 != nil)
    let (image, _) = Self.scene(100)
    let question = InferRequest(
      model: "ada/\(project)", image: Bytes(image), confidenceMin: 0, iouMax: 0.5,
      detectionsMax: 3)
    let answer = try await world.inference.infer(question, options: world.options(.eve))
    #expect(answer.imageWidth == 128 && answer.imageHeight == 128)
    guard case .detection(let detection)? = answer.result else {
      Issue.record("no detection in \(answer)")
      return
    }
    #expect((1...3).contains(detection.objects.count))
    let confidences = detection.objects.map(\.confidence)
    #expect(confidences == confidences.sorted(by: >))
    #expect(detection.objects.allSatisfy { $0.className == "square" && $0.xMin < $0.xMax })
    let streamed = try await world.answers(to: [question])
    #expect(streamed[0] != nil)
    let submitted = try await world.inference.submitInference(
      SubmitInferenceRequest(request: question), options: world.options())
    let fetched = try await world.fetched(submitted.id)
    #expect(fetched.response?.result == answer.result)
  }
}
