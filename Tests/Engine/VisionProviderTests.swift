import API
import Codec
import Images
import RPCCore
import Testing

@testable import Engine

@Suite struct VisionProviderTests {
  let folder: TemporaryFolder
  let vision: VisionProvider

  init() throws {
    folder = try TemporaryFolder()
    vision = VisionProvider(folders: folder.folders, configuration: EngineConfiguration())
  }

  private func context(_ method: MethodDescriptor) -> ServerContext {
    ServerContext(method: method, peer: "test", connection: "test", stream: 1)
  }

  private func inspect(
    _ image: EngineImage.Place?
  ) async throws -> EngineInspectImageResponse {
    try await vision.inspectImage(
      EngineInspectImageRequest(image: EngineImage(place: image)),
      context: context(EngineVisionMethods.inspectImage))
  }

  static let picture: [UInt8] = {
    let pixels = PixelBuffer(width: 6, height: 4, bytes: [UInt8](repeating: 90, count: 72))
    return (try? pixels.encodedPNG()) ?? []
  }()

  @Test func `an image is described wherever it lies`() async throws {
    let hash = try folder.store(Self.picture)
    try folder.write(Self.picture, to: "staging/upload-1")
    let places: [EngineImage.Place] = [
      .inline(Bytes(Self.picture)), .staged("upload-1"), .object(hash),
    ]
    for place in places {
      let response = try await inspect(place)
      #expect(response.format == .png)
      #expect((response.width, response.height, response.frames) == (6, 4, 1))
    }
  }

  @Test func `every refusal has its code`() async throws {
    let hash = String(repeating: "00", count: 32)
    let cases: [(EngineImage.Place?, StatusCode)] = [
      (nil, .invalidArgument), (.inline([]), .invalidArgument),
      (.inline(Bytes(Self.picture.dropLast())), .invalidArgument),
      (.staged("missing"), .notFound), (.object(hash), .dataLoss),
      (.staged("../etc/passwd"), .invalidArgument), (.object("x"), .invalidArgument),
    ]
    for (image, code) in cases {
      let status = await #expect(throws: Status.self) { try await inspect(image) }
      #expect(status?.code == code, "\(String(describing: image))")
      #expect(status?.message.contains(folder.path) == false)
    }
  }

  @Test func `many images at once all get their answer`() async throws {
    try await withThrowingTaskGroup(of: Int32.self) { group in
      for _ in 0..<64 {
        group.addTask { try await self.inspect(.inline(Bytes(Self.picture))).width }
      }
      for try await width in group { #expect(width == 6) }
    }
  }

  @Test func `a model that is missing or broken is an error and not a crash`() async throws {
    let broken = try folder.store([1, 2, 3])
    let missing = String(repeating: "cd", count: 32)
    for (model, code) in [
      (broken, StatusCode.dataLoss), (missing, .dataLoss), ("x", .invalidArgument),
    ] {
      let request = EngineClassifyRequest(
        model: model, image: .init(place: .inline(Bytes(Self.picture))))
      let status = await #expect(throws: Status.self) {
        try await vision.classify(request, context: context(EngineVisionMethods.classify))
      }
      #expect(status?.code == code)
    }
  }

  @Test(
    arguments: [(0, [1, 0, 2]), (1, [1]), (2, [1, 0]), (9, [1, 0, 2])] as [(Int32, [Int32])])
  func `the best classes come first, equals in the model's order`(count: Int32, order: [Int32]) {
    #expect(VisionProvider.best(count, of: [0.25, 0.5, 0.25]).map(\.index) == order)
  }
}
