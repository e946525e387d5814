import API
import Codec
import RPCCore
import Store
import TestSupport
import Testing

@testable import Services

private typealias Part = PutImagesRequest.Part

/// The parts of one image in chunks of a size.
private func image(
  _ text: String, _ annotation: Annotation? = nil, chunk: Int = 3, announced: Int64? = nil
) -> [Part] {
  let bytes = Array(text.utf8)
  let begin = PutImagesRequest.Begin(
    sizeBytes: announced ?? Int64(bytes.count), annotation: annotation,
    fileName: "\(text.prefix(20)).png")
  return [.begin(begin)]
    + stride(from: 0, to: bytes.count, by: chunk).map {
      .chunk(Bytes(Array(bytes[$0..<min($0 + chunk, bytes.count)])))
    }
}

struct UploadServiceTests {
  private func upload(
    _ parts: [Part], _ clients: DataWorld.Clients, _ options: CallOptions
  ) async throws -> PutImagesResponse {
    try await clients.data.putImages(options: options) { writer in
      for part in parts { try await writer.write(PutImagesRequest(part: part)) }
    }
  }

  @Test func `images of a stream are stored or refused each on its own, in order`() async throws {
    let world = try DataWorld()
    try await world.serve { clients in
      let ada = try await clients.account()
      try await clients.project(ada)
      let cat = Annotation(value: .className("cat"))
      let cow = Annotation(value: .className("cow"))
      var parts: [Part] = [.start(.init(project: "pets"))]
      for number in 0..<20 { parts += image("image \(number)", cat) }
      parts += image("bad one") + image("a cow", cow) + image("gone") + image("last", cat)
      parts += image("image 0")
      let answer = try await upload(parts, clients, ada)
      #expect(
        answer.stored.compactMap(\.image?.fileName)
          == (0..<20).map { "image \($0).png" } + ["last.png", "image 0.png"])
      #expect(answer.stored.map(\.created) == Array(repeating: true, count: 21) + [false])
      #expect(answer.stored.last?.image?.annotation == cat)
      #expect(answer.refused.map(\.index) == [20, 21, 22])
      #expect(answer.refused.map(\.fileName) == ["bad one.png", "a cow.png", "gone.png"])
      #expect(
        answer.refused.map(\.status?.code)
          == [StatusCode.invalidArgument, .notFound, .unavailable].map { Int32($0.rawValue) })
      #expect(try world.folder.files(in: "objects").count == 21)
      #expect(try world.folder.files(in: "staging").isEmpty)
    }
  }

  @Test func `an image that cannot be taken is passed over without its bytes being kept`()
    async throws
  {
    var limits = ServiceLimits()
    limits.imageBytesMax = 10
    let world = try DataWorld(limits: limits)
    try await world.serve { clients in
      let ada = try await clients.account()
      try await clients.project(ada)
      let badLabel = Annotation(value: .className("a/b"))
      let answer = try await upload(
        [.start(.init(project: "pets"))] + image("0123456789") + image("0123456789a") + image("")
          + image("x", badLabel) + image("end"), clients, ada)
      #expect(answer.stored.count == 2)
      #expect(answer.refused.map(\.index) == [1, 2, 3])
      #expect(answer.refused[0].status?.message.contains("11; the limits are 1 and 10") == true)
      #expect(world.eye.seen.sorted() == ["0123456789", "end"])
    }
  }

  @Test(arguments: 0..<10)
  func `a stream out of order is refused as a whole`(number: Int) async throws {
    let chunk = Part.chunk([1])
    let streams: [[Part?]] = [
      [], [chunk], [.begin(.init(sizeBytes: 1))], [.start(.init(project: "pets")), chunk],
      [.start(.init(project: "pets")), .start(.init(project: "pets"))],
      [.start(.init(project: "pets"))] + image("abc") + [chunk],
      [.start(.init(project: "pets"))] + image("abc", announced: 4),
      [.start(.init(project: "pets"))] + image("abc", announced: 4) + image("x"),
      [.start(.init(project: "pets")), .begin(.init(sizeBytes: 1)), .chunk([])],
      [.start(.init(project: "pets")), nil],
    ]
    let world = try DataWorld()
    try await world.serve { clients in
      let ada = try await clients.account()
      try await clients.project(ada)
      let got = await code {
        try await clients.data.putImages(options: ada) { writer in
          for part in streams[number] {
            try await writer.write(PutImagesRequest(part: part))
          }
        }
      }
      #expect(got == .invalidArgument)
      #expect(try world.folder.files(in: "staging").isEmpty)
    }
  }

  @Test(arguments: [
    ("none", StatusCode.notFound), ("a/b", .notFound), ("a/b/c", .invalidArgument),
    ("", .invalidArgument),
  ])
  func `a stream for a project that is not there is refused`(
    project: String, expected: StatusCode
  ) async throws {
    try await DataWorld().serve { clients in
      let ada = try await clients.account()
      #expect(
        await code {
          try await upload([.start(.init(project: project))] + image("x"), clients, ada)
        } == expected)
    }
  }

  @Test func `a stream needs a token with the write scope`() async throws {
    try await DataWorld().serve { clients in
      #expect(
        await code { try await upload([.start(.init(project: "pets"))], clients, CallOptions()) }
          == .unauthenticated)
    }
  }

  @Test func `a stream holds so many images and no more`() async throws {
    var limits = ServiceLimits()
    limits.streamImagesMax = 3
    try await DataWorld(limits: limits).serve { clients in
      let ada = try await clients.account()
      try await clients.project(ada)
      let three = [.start(.init(project: "pets"))] + image("a") + image("b") + image("c")
      #expect(try await upload(three, clients, ada).stored.count == 3)
      #expect(
        await code { try await upload(three + image("d"), clients, ada) } == .resourceExhausted)
      let project = try await clients.data.getProject(.init(project: "pets"), options: ada)
      #expect(project.imageCount == 3)
    }
  }

  @Test func `an answer that would grow too long ends the stream`() async throws {
    var limits = ServiceLimits()
    limits.streamAnswerBytesMax = 300
    limits.streamConcurrency = 1
    try await DataWorld(limits: limits).serve { clients in
      let ada = try await clients.account()
      try await clients.project(ada)
      let many = (0..<10).flatMap { image("image \($0)") }
      #expect(
        await code { try await upload([.start(.init(project: "pets"))] + many, clients, ada) }
          == .resourceExhausted)
    }
  }

  @Test func `a megabyte arrives whole, whatever the chunks`() async throws {
    let world = try DataWorld()
    try await world.serve { clients in
      let ada = try await clients.account()
      try await clients.project(ada)
      let text = String(repeating: "0123456789abcdef", count: 65_536)
      let answer = try await upload(
        [.start(.init(project: "pets"))] + image(text, chunk: 60_001), clients, ada)
      let point = try #require(answer.stored.first?.image)
      #expect(point.sizeBytes == 1_048_576)
      let hash = try #require(ObjectHash(hex: point.id))
      let stored = try await world.store.openObject(hash).read(at: 0, count: 2_000_000)
      #expect(stored == Array(text.utf8))
    }
  }

  @Test func `images of one stream are examined a few at a time`() async throws {
    let level = LevelMeter()
    let world = try DataWorld(
      eye: FakeEye { bytes in
        level.enter()
        defer { level.leave() }
        return try FakeEye.usual(bytes)
      })
    try await world.serve { clients in
      let ada = try await clients.account()
      try await clients.project(ada)
      let many = (0..<30).flatMap { image("image \($0)") }
      let answer = try await upload([.start(.init(project: "pets"))] + many, clients, ada)
      #expect(answer.stored.count == 30)
    }
    #expect((1...4).contains(level.highest))
  }
}
