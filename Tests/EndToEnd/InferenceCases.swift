import API
import Codec
import RPCCore
import TestSupport
import Testing

/// The cases of inference: `Infer`, `InferStream`, `SubmitInference`, `GetInference`.
enum InferenceCases {
  static let all = [infer, inferStream, submitInference, getInference]

  /// An image that nothing was trained on.
  static let red = Bytes(SyntheticImages.blobs(.red, seed: 9_000))
  static let blue = Bytes(SyntheticImages.blobs(.blue, seed: 9_001))

  static let infer = MethodCases(
    InferenceMethods.infer, needs: .scope(.infer),
    request: { _ in InferRequest(model: "ada/trained", image: red) }
  ) { cases in
    for (image, name) in [(red, "red"), (blue, "blue")] {
      cases.succeeds("on a \(name) image, by another user") { world in
        let answer = try await world.inference.infer(
          InferRequest(model: "ada/trained", image: image), options: world.options(.eve))
        try expect(answer, says: name)
      }
    }
    cases.succeeds("with one class only") { world in
      let answer = try await world.inference.infer(
        InferRequest(model: "ada/trained@1", image: red, topK: 1), options: world.options())
      guard case .classification(let result)? = answer.result else {
        Issue.record("no classification")
        return
      }
      #expect(result.classes.count == 1)
    }
    cases.addModelCases { InferRequest(model: $0, image: red) }
    cases.accepts(.bound, "1,000 classes") { _ in
      InferRequest(model: "ada/trained", image: red, topK: 1_000)
    }
    cases.refuses(
      .pastBound, "1,001 classes", .invalidArgument, ["top_k", "1001", "1000"], field: "top_k"
    ) { _ in InferRequest(model: "ada/trained", image: red, topK: 1_001) }
    for (field, request) in [
      ("confidence_min", InferRequest(model: "ada/trained", image: red, confidenceMin: -0.001)),
      ("confidence_min", InferRequest(model: "ada/trained", image: red, confidenceMin: 1.001)),
      ("iou_max", InferRequest(model: "ada/trained", image: red, iouMax: -0.001)),
      ("iou_max", InferRequest(model: "ada/trained", image: red, iouMax: 1.001)),
      ("detections_max", InferRequest(model: "ada/trained", image: red, detectionsMax: 1_001)),
    ] {
      cases.refuses(
        .pastBound, "\(field) past its bounds", .invalidArgument, [field], field: field
      ) { _ in request }
    }
    cases.refuses(
      .wrongArgument, "confidence_min is not a number", .invalidArgument,
      ["confidence_min", "nan"],
      field: "confidence_min"
    ) { _ in InferRequest(model: "ada/trained", image: red, confidenceMin: .nan) }
    for (field, request) in [
      ("confidence_min", InferRequest(model: "ada/trained", image: red, confidenceMin: 0.5)),
      ("iou_max", InferRequest(model: "ada/trained", image: red, iouMax: 0.5)),
      ("detections_max", InferRequest(model: "ada/trained", image: red, detectionsMax: 5)),
    ] {
      cases.refuses(
        .wrongArgument, "\(field) with a classification model", .invalidArgument,
        [field, "ada/trained@1", "classification"], field: field
      ) { _ in request }
    }
    cases.refuses(
      .pastBound, "a message past the limit", .resourceExhausted, ["message", "4194304"],
      isOfRPC: true
    ) { _ in
      InferRequest(model: "ada/trained", image: Bytes([UInt8](repeating: 0, count: 4 << 20)))
    }
    cases.refuses(.wrongArgument, "no image", .invalidArgument, ["image"], field: "image") { _ in
      InferRequest(model: "ada/trained")
    }
    for (what, bytes) in NotImages.all {
      cases.refuses(.wrongArgument, what, .invalidArgument, ["image"]) { _ in
        InferRequest(model: "ada/trained", image: bytes)
      }
    }
  }

  /// What an answer about an image must look like.
  static func expect(_ answer: InferResponse, says name: String) throws {
    #expect(answer.model == "ada/trained@1")
    #expect(answer.imageWidth == 64 && answer.imageHeight == 64)
    #expect(answer.engineMilliseconds > 0)
    guard case .classification(let result)? = answer.result else {
      Issue.record("no classification in \(answer)")
      return
    }
    let probabilities = result.classes.map(\.probability)
    #expect(Set(result.classes.map(\.className)) == ["red", "blue"])
    #expect(result.classes.first?.className == name)
    #expect(probabilities == probabilities.sorted(by: >))
    #expect(abs(probabilities.reduce(0, +) - 1) < 1e-4)
  }

  static let submitInference = MethodCases(
    InferenceMethods.submitInference, needs: .scope(.infer),
    request: { _ in
      SubmitInferenceRequest(request: InferRequest(model: "ada/trained", image: red))
    }
  ) { cases in
    cases.succeeds("and names it by 32 digits") { world in
      let ids = try await [red, red, blue].asyncMap { image in
        try await world.inference.submitInference(
          SubmitInferenceRequest(request: InferRequest(model: "ada/trained", image: image)),
          options: world.options(.eve)
        ).id
      }
      #expect(Set(ids).count == 3)
      #expect(ids.allSatisfy { $0.utf8.count == 32 && $0.allSatisfy(\.isHexDigit) })
    }
    cases.addModelCases {
      SubmitInferenceRequest(request: InferRequest(model: $0, image: red))
    }
    cases.accepts(.bound, "1,000 classes") { _ in
      SubmitInferenceRequest(request: InferRequest(model: "ada/trained", image: red, topK: 1_000))
    }
    cases.refuses(
      .pastBound, "1,001 classes", .invalidArgument, ["top_k", "1001", "1000"]
    ) { _ in
      SubmitInferenceRequest(request: InferRequest(model: "ada/trained", image: red, topK: 1_001))
    }
    cases.refuses(.wrongArgument, "no request", .invalidArgument, []) { _ in
      SubmitInferenceRequest()
    }
    cases.refuses(.wrongArgument, "no image", .invalidArgument, ["image"]) { _ in
      SubmitInferenceRequest(request: InferRequest(model: "ada/trained"))
    }
  }

  static let getInference = MethodCases(
    InferenceMethods.getInference, needs: .scope(.infer),
    request: { GetInferenceRequest(id: try await $0.submit(red)) }
  ) { cases in
    cases.succeeds("when it is done") { world in
      let response = try await world.fetched(try await world.submit(blue))
      #expect(response.state == .done && response.failure == nil)
      try expect(try #require(response.response), says: "blue")
    }
    cases.succeeds("that failed, with the reason") { world in
      let id = try await world.submit(Bytes(Array("no image".utf8)))
      let response = try await world.fetched(id)
      #expect(response.state == .failed && response.response == nil)
      #expect(response.failure?.code == .invalidArgument)
      #expect(response.failure?.message.isEmpty == false)
    }
    cases.refuses(.anothers, "inference", .notFound, ["inference"], as: .eve) {
      GetInferenceRequest(id: try await $0.submit(red))
    }
    cases.refuses(.unknownName, "inference", .notFound, ["inference"]) { _ in
      GetInferenceRequest(id: String(repeating: "0", count: 32))
    }
    cases.accepts(.bound, "32 digits") { GetInferenceRequest(id: try await $0.submit(red)) }
    for count in [31, 33] {
      cases.refuses(
        .pastBound, "\(count) digits", .invalidArgument, ["id", "32"], field: "id"
      ) { _ in GetInferenceRequest(id: String(repeating: "0", count: count)) }
    }
    for id in ["", "../../../../../../../etc/passwd", String(repeating: "G", count: 32)] {
      cases.refuses(
        .wrongArgument, "the id '\(id)'", .invalidArgument, ["id"], field: "id"
      ) { _ in GetInferenceRequest(id: id) }
    }
  }

  static let inferStream = MethodCases(
    InferenceMethods.inferStream, needs: .scope(.infer),
    requests: { _ in
      [InferStreamRequest(id: 1, request: InferRequest(model: "ada/trained", image: red))]
    }
  ) { cases in
    cases.succeeds("many images, a bad one among them") { world in
      try await answersEach(world)
    }
    cases.succeeds("none at all") { world in
      let answers = try await world.answers(to: [])
      #expect(answers.isEmpty)
    }
    let model = "ada/trained"
    let requests: [(CaseKind, String, InferRequest?, StatusCode?)] = [
      (.anothers, "unpublished model", InferRequest(model: "ada/pets", image: red), .notFound),
      (.unknownName, "model", InferRequest(model: "ada/nothing", image: red), .notFound),
      (.bound, "1,000 classes", InferRequest(model: model, image: red, topK: 1_000), nil),
      (
        .pastBound, "1,001 classes", InferRequest(model: model, image: red, topK: 1_001),
        .invalidArgument
      ),
      (.wrongArgument, "no image", InferRequest(model: model), .invalidArgument),
      (.wrongArgument, "no address", InferRequest(model: "x/", image: red), .invalidArgument),
      (.wrongArgument, "no request", nil, .invalidArgument),
    ]
    for (kind, what, request, expected) in requests {
      cases.checks(kind, what) { world in
        let good = InferRequest(model: model, image: red)
        let answers = try await world.answers(to: [request, good])
        #expect(code(of: answers[0]) == expected)
        #expect(code(of: answers[1]) == nil, "a bad request fails alone")
      }
    }
  }

  private static func answersEach(_ world: World) async throws {
    let images = (0..<20).map { index in
      index == 7 ? Bytes(Array("no image".utf8)) : index.isMultiple(of: 2) ? red : blue
    }
    let answers = try await world.answers(
      to: images.map { InferRequest(model: "ada/trained", image: $0) })
    #expect(answers.count == 20)
    for (index, outcome) in answers {
      guard case .response(let answer)? = outcome else {
        #expect(index == 7 && code(of: outcome) == .invalidArgument)
        continue
      }
      try expect(answer, says: index.isMultiple(of: 2) ? "red" : "blue")
    }
  }

  /// The code of a failure; nothing for a response.
  private static func code(of outcome: InferStreamResponse.Outcome??) -> StatusCode? {
    guard case .failure(let failure)?? = outcome else { return nil }
    return UInt8(exactly: failure.code).flatMap(StatusCode.init(rawValue:))
  }
}

extension World {
  /// What a stream answers to each request, by the place of the request.
  func answers(
    to requests: [InferRequest?]
  ) async throws -> [Int64: InferStreamResponse.Outcome?] {
    try await inference.inferStream(options: options()) { writer, responses in
      for (index, request) in requests.enumerated() {
        try await writer.write(InferStreamRequest(id: Int64(index), request: request))
      }
      writer.finish()
      return try await responses.reduce(into: [:]) { $0[$1.id] = $1.outcome }
    }
  }

  /// Submits an image of ada's.
  func submit(_ image: Bytes) async throws -> String {
    try await inference.submitInference(
      SubmitInferenceRequest(request: InferRequest(model: "ada/trained", image: image)),
      options: options()
    ).id
  }

  /// Fetches an inference until it is answered.
  func fetched(_ id: String) async throws -> InferenceJob {
    var response = InferenceJob(state: .pending)
    try await eventually(within: .seconds(30), "a submitted inference") {
      response = try await inference.getInference(
        GetInferenceRequest(id: id), options: options())
      return response.state != .pending
    }
    return response
  }
}

extension InferenceJob {
  /// What it came to when it is done.
  var response: InferResponse? {
    guard case .response(let response) = outcome else { return nil }
    return response
  }

  /// Why it failed.
  var failure: Status? {
    guard case .failure(let failure) = outcome else { return nil }
    return Status(failure)
  }
}
