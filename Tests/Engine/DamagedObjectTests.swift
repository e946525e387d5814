import API
import Codec
import Foundation
import Images
import Model
import RPCCore
import SeededRandom
import Testing

@testable import Engine

/// An engine uses the bytes that hash to an object's name, or none.
@Suite struct DamagedObjectTests {
  let folder: TemporaryFolder
  let vision: VisionProvider

  init() throws {
    folder = try TemporaryFolder()
    vision = VisionProvider(folders: folder.folders, configuration: EngineConfiguration())
  }

  private func inspect(_ hash: String) async throws -> EngineInspectImageResponse {
    try await vision.inspectImage(
      EngineInspectImageRequest(image: .init(place: .object(hash))),
      context: ServerContext(
        method: EngineVisionMethods.inspectImage, peer: "test", connection: "test", stream: 1))
  }

  private func classify(
    _ image: EngineImage.Place, with model: String
  ) async throws -> EngineClassifyResponse {
    try await vision.classify(
      EngineClassifyRequest(model: model, image: .init(place: image)),
      context: ServerContext(
        method: EngineVisionMethods.classify, peer: "test", connection: "test", stream: 1))
  }

  private func detect(
    _ image: EngineImage.Place, with model: String
  ) async throws -> EngineDetectResponse {
    try await vision.detect(
      EngineDetectRequest(
        model: model, image: .init(place: image), iouMax: 0.5, objectsMax: 10),
      context: ServerContext(
        method: EngineVisionMethods.detect, peer: "test", connection: "test", stream: 1))
  }

  /// Expects `DATA_LOSS` that names an object.
  private func expectLoss<Value>(
    of hash: String, _ position: Int, _ body: () async throws -> Value,
    _ location: SourceLocation = #_sourceLocation
  ) async {
    let status = await #expect(
      throws: Status.self, "byte \(position)", sourceLocation: location
    ) { _ = try await body() }
    #expect(status?.code == .dataLoss, "byte \(position)", sourceLocation: location)
    #expect(
      status?.message.hasPrefix("the object \(hash) is damaged: ") == true,
      "\(String(describing: status))", sourceLocation: location)
    #expect(
      status?.details.dropFirst() == [.resource(kind: "object", name: hash)],
      sourceLocation: location)
  }

  private static func picture() throws -> PixelBuffer {
    var random = SeededGenerator(seed: 9)
    let bytes = (0..<24 * 16 * 3).map { _ in UInt8.random(in: 0...255, using: &random) }
    return PixelBuffer(width: 24, height: 16, bytes: bytes)
  }

  enum Encoding: CaseIterable, Sendable { case jpeg, png }

  @Test(arguments: Encoding.allCases)
  func `every changed byte of an image is a loss`(encoding: Encoding) async throws {
    let picture = try Self.picture()
    let bytes: [UInt8] =
      switch encoding {
      case .jpeg: try picture.encodedJPEG(quality: 90)
      case .png: try picture.encodedPNG()
      }
    let hash = try folder.store(bytes)
    #expect(try await inspect(hash).width == 24)
    for position in bytes.indices {
      let mask = UInt8(1) << UInt8(position % 8)
      try folder.flip(hash, at: position, by: mask)
      await expectLoss(of: hash, position) { try await inspect(hash) }
      try folder.flip(hash, at: position, by: mask)
    }
    #expect(try await inspect(hash).width == 24)
  }

  @Test func `a cut, longer or missing image is a loss`() async throws {
    let bytes = try Self.picture().encodedPNG()
    let hash = try folder.store(bytes)
    for count in [0, 1, bytes.count / 2, bytes.count - 1] {
      try folder.damage(hash, with: Array(bytes.prefix(count)))
      await expectLoss(of: hash, count) { try await inspect(hash) }
    }
    try folder.damage(hash, with: bytes + [0])
    await expectLoss(of: hash, bytes.count) { try await inspect(hash) }
    let missing = String(repeating: "ab", count: 32)
    await expectLoss(of: missing, 0) { try await inspect(missing) }
  }

  @Test func `a file past the limit is not read`() throws {
    let hash = try folder.store([1, 2, 3])
    let path = try folder.folders.path(ofObject: hash, field: "object")
    #expect(try StoredObject.bytes(of: hash, at: path, bytesMax: 3) == [1, 2, 3])
    #expect(throws: StoredObject.Fault.tooLong(bytes: 3, limit: 2)) {
      try StoredObject.bytes(of: hash, at: path, bytesMax: 2)
    }
  }

  @Test func `an image of a training is checked each time it is read`() async throws {
    let hash = try folder.store(try Self.picture().encodedPNG())
    let images = try StoredImages([hash], in: folder.folders)
    #expect(try images.pixels(0, side: 8).count == 8 * 8 * 3)
    try folder.flip(hash, at: 70, by: 4)
    await expectLoss(of: hash, 70) { try images.pixels(0, side: 8) }
    try folder.flip(hash, at: 70, by: 4)
    #expect(try images.pixels(0, side: 8).count == 8 * 8 * 3)
  }

  @Test(
    .enabled(if: Backbone.path != nil, "no weights: run `make setup`"),
    arguments: 0..<4 as Range<UInt64>)
  func `every changed byte of a model is a loss`(seed: UInt64) async throws {
    let backbone = try SafetensorsFile(path: #require(Backbone.path))
    let description = ModelDescription(inputSide: 64, classes: (0..<1000).map(String.init))
    let bytes = try Array(
      SafetensorsFile(weights: backbone.weights, metadata: description.metadata).serialized())
    let model = try folder.store(bytes)
    let image = Bytes(try Self.picture().encodedPNG())
    var random = SeededGenerator(seed: seed)
    for round in 0..<60 {
      // The header too: it is some kilobytes of megabytes.
      let position = Int.random(in: 0..<(round % 4 == 0 ? 10_000 : bytes.count), using: &random)
      let mask = UInt8.random(in: 1...255, using: &random)
      try folder.flip(model, at: position, by: mask)
      await expectLoss(of: model, position) { try await classify(.inline(image), with: model) }
      if round % 8 == 0 {
        await expectLoss(of: model, position) { try await detect(.inline(image), with: model) }
      }
      try folder.flip(model, at: position, by: mask)
    }
    #expect(try await classify(.inline(image), with: model).scores.count == 1000)
    let stored = try folder.store(Array(image))
    #expect(try await classify(.object(stored), with: model).imageWidth == 24)
    try folder.flip(stored, at: 50, by: 1)
    await expectLoss(of: stored, 50) { try await classify(.object(stored), with: model) }
    await expectLoss(of: stored, 50) { try await detect(.object(stored), with: model) }
  }
}
