import API
import Codec
import Foundation
import Images
import Logging
import Model
import RPCClient
import RPCCore
import RPCServer
import SeededRandom
import Testing

@testable import Engine

/// The converted ImageNet weights: `$DIYML_WEIGHTS`, or where `make setup` puts them.
enum Backbone {
  static let path: String? = {
    let package = URL(filePath: #filePath)
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    let path =
      ProcessInfo.processInfo.environment["DIYML_WEIGHTS"]
      ?? package.appending(path: ".build/diyml/efficientnet-lite0.safetensors").path
    return FileManager.default.fileExists(atPath: path) ? path : nil
  }()
}

/// Trains for real, if shortly, over the RPC of a Unix socket.
@Suite(.serialized, .enabled(if: Backbone.path != nil, "no weights: run `make setup`"))
struct TrainingTests {
  let folder: TemporaryFolder
  let folders: EngineFolders

  init() throws {
    folder = try TemporaryFolder()
    var folders = folder.folders
    folders.backbone = try #require(Backbone.path)
    self.folders = folders
  }

  private func withEngine<Value: Sendable>(
    _ body: @Sendable (Client) async throws -> Value
  ) async throws -> Value {
    let configuration = EngineConfiguration()
    let routes =
      VisionProvider(folders: folders, configuration: configuration).routes
      + TrainerProvider(folders: folders, configuration: configuration).routes
    let server = Server(routes: routes, logger: Logger(label: "test"))
    let address = Address.unix(path: folder.path + "/socket")
    return try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await server.run(on: [address]) }
      _ = try await server.boundAddresses
      let value = try await withClient(to: address, body)
      await server.drain(within: .seconds(5))
      return value
    }
  }

  /// Red and blue pictures with some noise, written as objects.
  private func examples() throws -> [EngineTrainClassifierRequest.Example] {
    var random = SeededGenerator(seed: 3)
    return try (0..<24).map { index in
      let isRed = index % 2 == 0
      let bytes = (0..<32 * 32).flatMap { _ -> [UInt8] in
        let noise = UInt8.random(in: 0...40, using: &random)
        return isRed ? [255 - noise, noise, noise] : [noise, noise, 255 - noise]
      }
      let png = try PixelBuffer(width: 32, height: 32, bytes: bytes).encodedPNG()
      return EngineTrainClassifierRequest.Example(
        object: try folder.store(png), classIndex: Int32(index % 2), group: Int32(index),
        width: 32, height: 32)
    }
  }

  @Test(.timeLimit(.minutes(5)))
  func `a classifier is trained, written to its file, and classifies`() async throws {
    let examples = try examples()
    let request = EngineTrainClassifierRequest(
      examples: examples, classNames: ["red", "\"blue\""],
      parameters: TrainingParameters(
        seed: 1, timeBudgetSeconds: 60, inputSide: 64, headOnly: true),
      modelFile: try folder.stage("model"))
    let folder = folder
    try await withEngine { client in
      let (result, progress) = try await EngineTrainerClient(client).trainClassifier(
        request
      ) { events in
        var result: EngineTrainEvent.Result?
        var progress: [TrainingProgress] = []
        for try await event in events {
          #expect(result == nil)
          switch event.event {
          case .progress(let step): progress.append(step)
          case .result(let last): result = last
          case .note, nil: break
          }
        }
        return (result, progress)
      }
      let last = try #require(result)
      #expect(progress.contains { $0.phase == .evaluation && $0.imagesTotal > 0 })
      for step in progress {
        #expect(step.imagesTotal <= 24 && step.imagesDone <= step.imagesTotal)
        #expect((step.phase == .features) == (step.epochs == 0))
        #expect(step.epoch <= step.epochs)
      }
      let metrics = try #require(last.metrics)
      #expect(metrics.accuracy == 1 && metrics.macroF1 == 1)
      #expect(metrics.classes.map(\.className) == ["red", "\"blue\""])
      #expect(metrics.classes.map(\.support).reduce(0, +) == metrics.validationImages)
      #expect(metrics.confusion.count == 4)
      let history = try #require(last.report).history
      #expect(history.map(\.epoch) == Array(1...Int32(history.count)))
      #expect(history.allSatisfy { $0.phase == .head && $0.loss != nil })
      #expect(history.last?.loss == metrics.loss)
      let model = try folder.staged("model")
      let hash = last.modelHash
      #expect(try folder.store(model) == hash)
      // The file tells what its outputs mean.
      let description = try ModelDescription(metadata: SafetensorsFile(content: model).metadata)
      #expect(description.classes == ["red", "\"blue\""])
      // Twenty at once: more than one batch.
      try await withThrowingTaskGroup(of: (Int32, EngineClassifyResponse).self) { group in
        for example in examples.prefix(20) {
          group.addTask {
            let response = try await EngineVisionClient(client).classify(
              EngineClassifyRequest(
                model: hash, image: .init(place: .object(example.object)), topK: 1))
            return (example.classIndex, response)
          }
        }
        for try await (index, response) in group {
          #expect(response.scores.map(\.index) == [index])
          #expect(response.imageWidth == 32)
        }
      }
    }
    let left = try FileManager.default.contentsOfDirectory(atPath: folder.folders.staging)
    #expect(left == ["model"])
  }

  @Test func `a damaged image ends a training with its name`() async throws {
    let examples = try examples()
    let damaged = examples[7].object
    try folder.flip(damaged, at: 60, by: 1)
    let request = EngineTrainClassifierRequest(
      examples: examples, classNames: ["red", "blue"],
      parameters: TrainingParameters(timeBudgetSeconds: 60, inputSide: 64, headOnly: true),
      modelFile: try folder.stage("model"))
    try await withEngine { client in
      let status = await #expect(throws: Status.self) {
        try await EngineTrainerClient(client).trainClassifier(request) { events in
          for try await event in events {
            if case .result = event.event { Issue.record("a model came out") }
          }
        }
      }
      #expect(status?.code == .dataLoss)
      #expect(status?.message.hasPrefix("the object \(damaged) is damaged: ") == true)
    }
    #expect(try folder.staged("model").isEmpty)
  }

  @Test func `cancelling the call ends the training`() async throws {
    let request = EngineTrainClassifierRequest(
      examples: try examples(), classNames: ["red", "blue"],
      parameters: TrainingParameters(timeBudgetSeconds: 600, inputSide: 224),
      modelFile: try folder.stage("model"))
    try await withEngine { client in
      let trainer = EngineTrainerClient(client)
      try await trainer.trainClassifier(request) { events in
        for try await _ in events { break }
      }
      // The engine trains one at a time, so it takes the next only when the first has stopped.
      while true {
        do {
          try await trainer.trainClassifier(EngineTrainClassifierRequest()) { events in
            for try await _ in events {}
          }
        } catch let status as Status where status.code == .resourceExhausted {
          try await Task.sleep(for: .milliseconds(20))
          continue
        } catch let status as Status {
          #expect(status.code == .invalidArgument)
          return
        }
      }
    }
  }

  @Test func `a request that cannot be trained says which field is wrong`() async throws {
    let good = try examples()
    var wrongClass = good
    wrongClass[3].classIndex = 2
    var wrongObject = good
    wrongObject[5].object = "../secret"
    let cases: [([EngineTrainClassifierRequest.Example], Int, Int32, String)] = [
      ([], 2, 64, "examples"), (good, 1, 64, "class_names"), (good, 10_001, 64, "class_names"),
      (good, 2, 1, "input side"), (wrongClass, 2, 64, "examples[3].class_index"),
      (wrongObject, 2, 64, "examples[5].object"),
    ]
    for (examples, classes, side, words) in cases {
      let request = EngineTrainClassifierRequest(
        examples: examples, classNames: (0..<classes).map(String.init),
        parameters: TrainingParameters(inputSide: side))
      let error = #expect(throws: Status.self) {
        try TrainingTask(request, folders: folders, computingThreads: 1)
      }
      #expect(error?.code == .invalidArgument)
      #expect(error?.message.contains(words) == true, "\(String(describing: error))")
    }
  }

  @Test(arguments: ["", "../model", "missing"])
  func `a model goes into a file that the server has made, or nowhere`(name: String) async throws {
    let request = EngineTrainClassifierRequest(
      examples: try examples(), classNames: ["red", "blue"],
      parameters: TrainingParameters(timeBudgetSeconds: 60, inputSide: 64, headOnly: true),
      modelFile: name)
    try await withEngine { client in
      let status = await #expect(throws: Status.self) {
        try await EngineTrainerClient(client).trainClassifier(request) { events in
          for try await _ in events {}
        }
      }
      #expect(status?.code == (name == "missing" ? .internal : .invalidArgument))
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.folders.staging).isEmpty)
  }
}
