import API
import Codec
import RPCCore
import TestSupport
import Testing

/// The cases of uploads: `PutImage`, `PutImages`.
enum UploadCases {
  static let all = [putImage, putImages]

  private static let image = Bytes(SyntheticImages.blobs(.red, seed: 2_500))

  static let putImage = MethodCases(
    DataMethods.putImage, needs: .scope(.write),
    request: { _ in PutImageRequest(project: "pets", image: image) }
  ) { cases in
    cases.succeeds("and describes it; the second time it keeps the label unless told") { world in
      let project = try await world.makeProject()
      var request = PutImageRequest(
        project: project, image: image, annotation: Annotation("cat"), fileName: "a.png")
      let first = try await world.data.putImage(request, options: world.options())
      let point = try #require(first.image)
      #expect(first.created)
      #expect(point.id == sha256(image))
      #expect(point.annotation == Annotation("cat"))
      #expect(point.fileName == "a.png" && point.format == .png)
      #expect(point.width == 64 && point.height == 64 && point.sizeBytes == Int64(image.count))
      #expect(point.createTime != nil)
      request.annotation = Annotation("dog")
      let kept = try await world.data.putImage(request, options: world.options())
      #expect(!kept.created && kept.annotationKept && kept.image == point)
      request.onExisting = .replace
      let second = try await world.data.putImage(request, options: world.options())
      #expect(!second.created && !second.annotationKept)
      #expect(second.image?.labeler == "ada" && second.image?.etag != point.etag)
      #expect(second.image?.annotation == Annotation("dog"))
      request.annotation = nil
      let third = try await world.data.putImage(request, options: world.options())
      #expect(third.image?.annotation == Annotation("dog"))
      let all = try await world.list(ListImagesRequest(project: project))
      #expect(all == [try #require(third.image)])
    }
    cases.succeeds("with a file name that would be a path") { world in
      let project = try await world.makeProject()
      let name = "../../etc/passwd"
      let stored = try await world.data.putImage(
        PutImageRequest(project: project, image: image, fileName: name),
        options: world.options())
      #expect(stored.image?.fileName == name)
    }
    cases.succeeds("and gives an image without a label the new one") { world in
      let project = try await world.makeProject()
      for (annotation, expected) in [(nil, nil), (Annotation("cat"), Annotation("cat"))] {
        let stored = try await world.data.putImage(
          PutImageRequest(project: project, image: image, annotation: annotation),
          options: world.options())
        #expect(stored.image?.annotation == expected && !stored.annotationKept)
      }
    }
    cases.succeeds("with boxes in parts of the sides, which come back in pixels") { world in
      let project = try await world.makeProject(.detection, classes: ["cell"])
      let boxes = Boxes(
        boxes: [Box(xMin: 0.25, yMin: 0.5, xMax: 0.75, yMax: 1, className: "cell")],
        unit: .fractions)
      let stored = try await world.data.putImage(
        PutImageRequest(
          project: project, image: image, annotation: Annotation(value: .boxes(boxes))),
        options: world.options())
      let pixels = Box(xMin: 16, yMin: 32, xMax: 48, yMax: 64, className: "cell")
      #expect(stored.image?.annotation == Annotation(boxes: [pixels]))
    }
    cases.refuses(
      .wrongArgument, "an unknown choice for what is there", .invalidArgument, ["7"],
      field: "on_existing"
    ) { _ in PutImageRequest(project: "pets", image: image, onExisting: .unrecognized(7)) }
    cases.addProjectCases { PutImageRequest(project: $0, image: image) }
    cases.accepts(.bound, "a file name of 255 bytes") { _ in
      PutImageRequest(project: "pets", image: image, fileName: Texts.bytes(255))
    }
    cases.refuses(
      .pastBound, "a file name of 256 bytes", .invalidArgument, ["file_name", "256", "255"],
      field: "file_name"
    ) { _ in PutImageRequest(project: "pets", image: image, fileName: Texts.bytes(256)) }
    cases.refuses(
      .pastBound, "a message past the limit", .resourceExhausted, ["message", "4194304"],
      isOfRPC: true
    ) { _ in
      PutImageRequest(project: "pets", image: Bytes([UInt8](repeating: 0, count: 4 << 20)))
    }
    cases.refuses(.wrongArgument, "no image", .invalidArgument, ["image"], field: "image") { _ in
      PutImageRequest(project: "pets")
    }
    for (what, bytes) in NotImages.all {
      cases.refuses(.wrongArgument, what, .invalidArgument, ["image"]) { _ in
        PutImageRequest(project: "pets", image: bytes)
      }
    }
    cases.addAnnotationCases { _, project, annotation in
      PutImageRequest(project: project, image: image, annotation: annotation)
    }
  }

  static let putImages = MethodCases(
    DataMethods.putImages, needs: .scope(.write),
    requests: { _ in parts(of: image, for: "pets") }
  ) { cases in
    cases.succeeds("each on its own") { world in try await uploadsEachOnItsOwn(world) }
    cases.succeeds("of several messages") { world in
      let project = try await world.makeProject()
      let large = SyntheticImages.black(width: 1_600, height: 1_200)
      let point = try await world.upload(large, chunkBytes: 100_000, to: project)
      #expect(point.id == sha256(large))
      #expect(point.width == 1_600 && point.height == 1_200)
    }
    cases.succeeds("none at all") { world in
      let answer = try await world.data.putImages(options: world.options()) {
        try await $0.write(PutImagesRequest(part: .start(.init(project: "pets"))))
      }
      #expect(answer.stored.isEmpty && answer.refused.isEmpty)
    }
    let badProjects = [("nothing-here", CaseKind.unknownName, Person.ada)]
    for (name, kind, person) in badProjects + [("trained", .anothers, .eve)] {
      cases.refuses(
        kind, "project", .notFound, ["project", name], as: person,
        requests: { _ in parts(of: image, for: name) })
    }
    for (what, name) in Texts.badNames {
      cases.refuses(
        .wrongArgument, "a project name with \(what)", .invalidArgument, ["project"],
        requests: { _ in parts(of: image, for: name) })
    }
    cases.addUploadBoundCases()
    cases.addUploadOrderCases()
  }

  private static func uploadsEachOnItsOwn(_ world: World) async throws {
    let project = try await world.makeProject()
    let images = [
      image, Bytes(Array("no image at all".utf8)), Bytes(SyntheticImages.blobs(.blue, seed: 2_501)),
      image,
    ]
    let answer = try await world.data.putImages(options: world.options()) { writer in
      try await writer.write(PutImagesRequest(part: .start(.init(project: project))))
      for (index, image) in images.enumerated() {
        for part in parts(of: image, chunkBytes: 5_000, fileName: "\(index).png") {
          try await writer.write(part)
        }
      }
    }
    #expect(answer.stored.map(\.image?.id) == [images[0], images[2], images[3]].map(sha256))
    // Two of them are the same; which of the two is first is not said.
    let created = answer.stored.map(\.created)
    #expect(created[1] && created[0] != created[2])
    #expect(answer.refused.map(\.index) == [1])
    #expect(answer.refused.map(\.fileName) == ["1.png"])
    let statuses = answer.refused.compactMap(\.status).map { Status($0) }
    #expect(statuses.map(\.code) == [.invalidArgument])
    #expect(statuses.allSatisfy { !$0.message.isEmpty })
    let stored = try await world.list(ListImagesRequest(project: project))
    #expect(Set(stored.map(\.id)) == Set([images[0], images[2]].map(sha256)))
  }

  /// A stream of one image.
  static func parts(of image: Bytes, for project: String) -> [PutImagesRequest] {
    [PutImagesRequest(part: .start(.init(project: project)))] + parts(of: image)
  }

  /// One image of a stream.
  static func parts(
    of image: Bytes, chunkBytes: Int = 1 << 20, fileName: String = "image.png"
  ) -> [PutImagesRequest] {
    let begin = PutImagesRequest.Begin(
      sizeBytes: Int64(image.count), fileName: fileName)
    return [PutImagesRequest(part: .begin(begin))]
      + stride(from: image.startIndex, to: image.endIndex, by: chunkBytes).map { start in
        let end = min(start + chunkBytes, image.endIndex)
        return PutImagesRequest(part: .chunk(image[start..<end]))
      }
  }
}

/// Bytes that are no image, for every way in.
enum NotImages {
  static let all: [(what: String, bytes: Bytes)] = [
    ("a text", Bytes(Array("hello, world".utf8))),
    ("an SVG", Bytes(Array("<svg xmlns='http://www.w3.org/2000/svg'/>".utf8))),
    ("half a PNG", Bytes(SyntheticImages.blobs(.red, seed: 2_600).prefix(3_000))),
    ("a PNG of 65,535 x 65,535 pixels", Bytes(hugeHeader)),
  ]

  /// A small PNG whose header claims a side of 65,535 pixels.
  private static var hugeHeader: [UInt8] {
    let whole = SyntheticImages.black(width: 65_535, height: 1)
    return Array(whole.prefix(200))
  }
}

extension World {
  /// Sends one image in chunks.
  func upload(_ image: [UInt8], chunkBytes: Int, to project: String) async throws -> Image {
    let answer = try await data.putImages(options: options()) { writer in
      try await writer.write(PutImagesRequest(part: .start(.init(project: project))))
      for part in UploadCases.parts(of: Bytes(image), chunkBytes: chunkBytes) {
        try await writer.write(part)
      }
    }
    try #require(answer.refused.isEmpty, "\(answer.refused)")
    return try #require(answer.stored.first?.image)
  }
}
