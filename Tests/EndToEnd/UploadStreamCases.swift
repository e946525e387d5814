import API
import Codec
import RPCCore
import TestSupport
import Testing

extension MethodCases {
  private static let image = Bytes(SyntheticImages.blobs(.blue, seed: 2_700))
  private static let imageBytesMax: UInt64 = 134_217_728

  /// The bounds of an image that is uploaded in a stream.
  mutating func addUploadBoundCases() {
    let image = Self.image
    accepts(
      .bound, "a file name of 255 bytes",
      stream: [
        .project("pets"), .begin(image.count, fileName: Texts.bytes(255)), .chunk(image),
      ])
    refusesAlone(
      .pastBound, "a file name of 256 bytes", ["file_name", "256", "255"],
      [.begin(image.count, fileName: Texts.bytes(256)), .chunk(image)])
    // The largest size is judged before the bytes come, so that none need be sent to see it taken.
    refuses(
      .bound, "an image of 128 MiB that breaks off", .invalidArgument, ["134217728"],
      requests: { _ in
        Self.stream([
          .project("pets"), .begin(Int(Self.imageBytesMax)), .chunk(image),
        ])
      })
    // What a refused image announced is passed over.
    let mebibyte = Bytes([UInt8](repeating: 0, count: 1 << 20))
    refusesAlone(
      .pastBound, "an image of 128 MiB and a byte", ["size_bytes", "134217729", "134217728"],
      [.begin(Int(Self.imageBytesMax) + 1)] + Array(repeating: .chunk(mebibyte), count: 128)
        + [.chunk([0])])
    refusesAlone(.pastBound, "an image of no bytes", ["size_bytes", "0"], [.begin(0)])
  }

  /// Messages in an order that the contract does not have.
  mutating func addUploadOrderCases() {
    let image = Self.image
    let whole: [UploadPart] = [.project("pets"), .begin(image.count), .chunk(image)]
    let orders: [(String, [UploadPart], [String])] = [
      ("nothing at all", [], ["start"]),
      ("no start first", Array(whole.dropFirst()), ["start"]),
      ("two starts", [.project("pets")] + whole, ["start"]),
      ("a chunk before its image", [.project("pets"), .chunk(image)], ["chunk"]),
      ("an empty chunk", [.project("pets"), .begin(image.count), .chunk([])], ["chunk"]),
      ("more bytes than said", [.project("pets"), .begin(10), .chunk(image)], ["10"]),
      (
        "an image that begins in another", [.project("pets"), .begin(image.count), .begin(9)],
        ["\(image.count)"]
      ),
      (
        "an end in an image", [.project("pets"), .begin(image.count), .chunk(image.prefix(9))],
        ["\(image.count)"]
      ),
      ("a message without a part", [.project("pets"), .nothing], ["part"]),
    ]
    for (what, parts, words) in orders {
      refuses(
        .wrongArgument, what, .invalidArgument, words, requests: { _ in Self.stream(parts) })
    }
  }

  private mutating func accepts(_ kind: CaseKind, _ name: String, stream parts: [UploadPart]) {
    checks(kind, name) { world in
      let answer = try await world.uploadParts(parts)
      #expect(answer.refused.isEmpty, "\(answer.refused)")
    }
  }

  /// One bad image before a good one: it is refused and the good one is stored.
  private mutating func refusesAlone(
    _ kind: CaseKind, _ name: String, _ words: [String], _ bad: [UploadPart]
  ) {
    let image = Self.image
    checks(kind, name) { world in
      let answer = try await world.uploadParts(
        [.project("pets")] + bad + [.begin(image.count), .chunk(image)])
      #expect(answer.stored.map(\.image?.id) == [sha256(image)])
      let refused = try #require(answer.refused.first)
      let status = Status(try #require(refused.status))
      #expect(status.code == .invalidArgument)
      for word in words { #expect(status.message.contains(word), "\(status.message)") }
    }
  }

  private static func stream(_ parts: [UploadPart]) -> [PutImagesRequest] {
    parts.map(\.message)
  }
}

/// A message of an upload.
enum UploadPart: Sendable {
  case project(String)
  case begin(Int, fileName: String = "")
  case chunk(Bytes)
  case nothing

  var message: PutImagesRequest {
    switch self {
    case .project(let name): PutImagesRequest(part: .start(.init(project: name)))
    case .begin(let bytes, let fileName):
      PutImagesRequest(part: .begin(.init(sizeBytes: Int64(bytes), fileName: fileName)))
    case .chunk(let bytes): PutImagesRequest(part: .chunk(bytes))
    case .nothing: PutImagesRequest()
    }
  }
}

extension World {
  fileprivate func uploadParts(_ parts: [UploadPart]) async throws -> PutImagesResponse {
    try await data.putImages(options: options()) { writer in
      for part in parts { try await writer.write(part.message) }
    }
  }
}
