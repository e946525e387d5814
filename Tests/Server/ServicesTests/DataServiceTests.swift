import API
import Codec
import Foundation
import RPCCore
import Store
import TestSupport
import Testing

@testable import Services

private let cat = Annotation(value: .className("cat"))
private let dog = Annotation(value: .className("dog"))

private func boxes(_ boxes: Box...) -> Annotation {
  Annotation(value: .boxes(Boxes(boxes: boxes)))
}

private func box(
  _ xMin: Double, _ yMin: Double, _ xMax: Double, _ yMax: Double, _ name: String = "cat"
) -> Box { Box(xMin: xMin, yMin: yMin, xMax: xMax, yMax: yMax, className: name) }

struct DataServiceTests {
  @Test func `a project is made, seen, listed and deleted by its owner alone`() async throws {
    try await DataWorld().serve { clients in
      let data = clients.data
      let ada = try await clients.account("Ada")
      let bob = try await clients.account("bob")
      let made = try await data.createProject(
        CreateProjectRequest(project: "pets", type: .detection, description: "mine"), options: ada)
      let project = made
      #expect(project.owner == "Ada" && project.name == "pets" && project.type == .detection)
      #expect(project.description == "mine" && project.trainingState == .unspecified)
      #expect(try await data.getProject(.init(project: "pets"), options: ada) == project)
      #expect(try await data.listProjects(.init(), options: ada).projects == [project])
      #expect(try await data.listProjects(.init(), options: bob).projects.isEmpty)
      let get = GetProjectRequest(project: "pets")
      #expect(await code { try await data.getProject(get, options: bob) } == .notFound)
      let delete = DeleteProjectRequest(project: "pets")
      #expect(await code { try await data.deleteProject(delete, options: bob) } == .notFound)
      _ = try await data.deleteProject(delete, options: ada)
      #expect(await code { try await data.getProject(get, options: ada) } == .notFound)
    }
  }

  private static let badProjects: [(CreateProjectRequest, StatusCode)] = [
    (CreateProjectRequest(project: "pets", type: .classification), StatusCode.alreadyExists),
    (CreateProjectRequest(project: "PETS", type: .classification), .alreadyExists),
    (CreateProjectRequest(project: "a/b", type: .classification), .invalidArgument),
    (CreateProjectRequest(project: "", type: .classification), .invalidArgument),
    (CreateProjectRequest(project: "new"), .invalidArgument),
    (CreateProjectRequest(project: "new", type: .unrecognized(3)), .invalidArgument),
    (
      CreateProjectRequest(
        project: "new", type: .detection, description: String(repeating: "d", count: 1_001)),
      .invalidArgument
    ),
  ]

  @Test(arguments: badProjects)
  func `a bad project is refused`(request: CreateProjectRequest, expected: StatusCode) async throws
  {
    try await DataWorld().serve { clients in
      let ada = try await clients.account()
      try await clients.project(ada)
      #expect(
        await code { try await clients.data.createProject(request, options: ada) } == expected)
    }
  }

  @Test func `a description may have 1,000 bytes`() async throws {
    try await DataWorld().serve { clients in
      let ada = try await clients.account()
      _ = try await clients.data.createProject(
        CreateProjectRequest(
          project: "p", type: .detection, description: String(repeating: "d", count: 1_000)),
        options: ada)
    }
  }

  @Test(arguments: [
    ("a", true), (String(repeating: "x", count: 64), true), ("größe 1", true), ("日本", true),
    ("", false), (String(repeating: "x", count: 65), false), (" a", false), ("a ", false),
    ("a/b", false), ("a\\b", false), (".", false), ("..", false), ("a\0", false), ("a\tb", false),
    ("a\u{2028}b", false), ("...", true),
  ])
  func `class names are held to their rules`(name: String, isAccepted: Bool) async throws {
    try await DataWorld().serve { clients in
      let ada = try await clients.account()
      try await clients.project(ada)
      let request = SetClassesRequest(project: "pets", classes: [Class(name: name)])
      if isAccepted {
        let answer = try await clients.data.setClasses(request, options: ada)
        #expect(answer.classes == [Class(id: 3, name: name)])
      } else {
        let status = await refusal { try await clients.data.setClasses(request, options: ada) }
        #expect(status?.code == .invalidArgument)
        guard case .fieldViolation("classes[0].name", _) = status?.details.last else {
          Issue.record("\(String(describing: status))")
          return
        }
      }
    }
  }

  @Test(arguments: [(1_000, true), (1_001, false)])
  func `a project has at most 1,000 classes`(count: Int, isAccepted: Bool) async throws {
    try await DataWorld().serve { clients in
      let ada = try await clients.account()
      try await clients.project(ada)
      let request = SetClassesRequest(
        project: "pets", classes: (0..<count).map { Class(name: "class \($0)") })
      if isAccepted {
        let answer = try await clients.data.setClasses(request, options: ada)
        #expect(answer.classes.count == count)
      } else {
        #expect(
          await code { try await clients.data.setClasses(request, options: ada) }
            == .invalidArgument)
      }
    }
  }

  @Test func `a class in use is not dropped unless forced`() async throws {
    try await DataWorld().serve { clients in
      let data = clients.data
      let ada = try await clients.account()
      try await clients.project(ada)
      try await clients.put("image", cat, ada)
      let drop = SetClassesRequest(project: "pets", classes: [Class(name: "dog")])
      #expect(await code { try await data.setClasses(drop, options: ada) } == .failedPrecondition)
      let clear = DeleteClassesRequest(project: "pets")
      #expect(
        await code { try await data.deleteClasses(clear, options: ada) } == .failedPrecondition)
      let twice = SetClassesRequest(
        project: "pets", classes: [Class(name: "cat"), Class(name: "cat")])
      #expect(await code { try await data.setClasses(twice, options: ada) } == .invalidArgument)
      let unknown = SetClassesRequest(project: "pets", classes: [Class(id: 9, name: "cat")])
      #expect(await code { try await data.setClasses(unknown, options: ada) } == .notFound)
      _ = try await data.deleteClasses(.init(project: "pets", force: true), options: ada)
      #expect(try await data.getClasses(.init(project: "pets"), options: ada).classes.isEmpty)
      let project = try await data.getProject(.init(project: "pets"), options: ada)
      #expect(project.imageCount == 1 && project.labeledImageCount == 0)
    }
  }

  @Test func `an image is stored once, examined once, and given back as it was`() async throws {
    let world = try DataWorld()
    try await world.serve { clients in
      let data = clients.data
      let ada = try await clients.account()
      try await clients.project(ada)
      let first = try await clients.put("a cat", cat, ada)
      #expect(first.created)
      let point = try #require(first.image)
      #expect(point.id == sha256(Array("a cat".utf8)))
      #expect(point.format == .png && point.width == 640 && point.height == 480)
      #expect(point.sizeBytes == 5 && point.fileName == "a cat.png" && point.annotation == cat)
      let second = try await clients.put("a cat", dog, ada)
      #expect(!second.created && second.annotationKept && second.image == point)
      #expect(world.eye.seen == ["a cat"])
      #expect(try world.folder.files(in: "objects").count == 1)
      #expect(try world.folder.files(in: "staging").isEmpty)
      let (head, bytes) = try await download(point.id, from: data, ada)
      #expect(head == second.image)
      #expect(bytes == Array("a cat".utf8))
    }
  }

  @Test func `a large image comes in chunks`() async throws {
    var limits = ServiceLimits()
    limits.chunkBytes = 1_000
    try await DataWorld(limits: limits).serve { clients in
      let ada = try await clients.account()
      try await clients.project(ada)
      let text = String(repeating: "0123456789", count: 250)
      let point = try await clients.put(text, ada).image
      let (_, bytes) = try await download(try #require(point).id, from: clients.data, ada)
      #expect(bytes == Array(text.utf8))
    }
  }

  @Test func `a damaged image is data loss and none of its bytes, until it is put again`()
    async throws
  {
    let world = try DataWorld()
    try await world.serve { clients in
      let ada = try await clients.account()
      try await clients.project(ada)
      let text = String(repeating: "0123456789", count: 100_000)
      let id = try #require(try await clients.put(text, ada).image).id
      let file = URL(
        filePath: "\(world.folder.path)/objects/\(id.prefix(2))/\(id.dropFirst(2).prefix(2))/\(id)")
      var wrong = Array(text.utf8)
      wrong[wrong.count - 1] ^= 1
      try Data(wrong).write(to: file)
      let answers = SharedState(0)
      let refused = await refusal {
        try await clients.data.downloadImage(
          DownloadImageRequest(project: "pets", id: id), options: ada
        ) { responses in
          for try await _ in responses { answers.change { $0 += 1 } }
        }
      }
      #expect(refused?.code == .dataLoss && refused?.message.contains(id) == true)
      #expect(answers.value == 0)
      #expect(try await world.store.damagedObjectCount() == 1)
      #expect(try await !clients.put(text, ada).created)
      #expect(try await download(id, from: clients.data, ada).1 == Array(text.utf8))
      #expect(try await world.store.damagedObjectCount() == 0)
    }
  }

  private func download(
    _ id: String, from data: DataClient, _ options: CallOptions
  ) async throws -> (Image, [UInt8]) {
    let image = try await data.getImage(
      GetImageRequest(project: "pets", id: id), options: options)
    let bytes = try await data.downloadImage(
      DownloadImageRequest(project: "pets", id: id), options: options
    ) { responses in
      try await responses.reduce(into: [UInt8]()) { $0 += $1.chunk }
    }
    return (image, bytes)
  }

  @Test func `what is not an image is refused and leaves nothing`() async throws {
    let world = try DataWorld()
    try await world.serve { clients in
      let ada = try await clients.account()
      try await clients.project(ada)
      let x = Bytes("x".utf8)
      let longName = String(repeating: "f", count: 256)
      let cow = Annotation(value: .className("cow"))
      let refusals: [(StatusCode, PutImageRequest)] = [
        (.invalidArgument, PutImageRequest(project: "pets", image: Bytes("bad".utf8))),
        (.invalidArgument, PutImageRequest(project: "pets")),
        (.unavailable, PutImageRequest(project: "pets", image: Bytes("gone".utf8))),
        (.notFound, PutImageRequest(project: "none", image: x)),
        (.invalidArgument, PutImageRequest(project: "../x", image: x)),
        (.invalidArgument, PutImageRequest(project: "pets", image: x, fileName: longName)),
        (.invalidArgument, PutImageRequest(project: "pets", image: x, fileName: "a\nb")),
        (.notFound, PutImageRequest(project: "pets", image: x, annotation: cow)),
        (
          .invalidArgument,
          PutImageRequest(project: "pets", image: x, annotation: boxes(box(0, 0, 1, 1)))
        ),
        (
          .invalidArgument, PutImageRequest(project: "pets", image: x, annotation: Annotation())
        ),
      ]
      for (expected, request) in refusals {
        let got = await code { try await clients.data.putImage(request, options: ada) }
        #expect(got == expected, "\(request)")
      }
      #expect(try world.folder.files(in: "objects").isEmpty)
      #expect(try world.folder.files(in: "staging").isEmpty)
      try await clients.put(String(repeating: "f", count: 30), ada)
    }
  }

  private static let boxCases: [(Box, Bool)] = [
    (box(0, 0, 640, 480), true), (box(-5, -5, 1, 1), true), (box(10, 10, 10, 10), true),
    (box(639, 479, 9_999, 9_999), true), (box(640, 0, 650, 10), false),
    (box(0, 480, 10, 490), false), (box(-9, -9, 0, 0), false), (box(5, 0, 4, 10), false),
    (box(0, 5, 10, 4), false), (box(.nan, 0, 1, 1), false), (box(0, 0, .infinity, 1), false),
    (box(0, 0, 1, 1, ""), false),
  ]

  @Test(arguments: boxCases)
  func `a box is finite, ordered and in the image`(box: Box, isAccepted: Bool) async throws {
    try await DataWorld().serve { clients in
      let ada = try await clients.account()
      try await clients.project("pets", .detection, ada)
      let point = try await clients.put("image", ada).image
      let relabel = SetAnnotationRequest(
        project: "pets", id: try #require(point).id, annotation: boxes(box))
      if isAccepted {
        #expect(try await clients.put("image", boxes(box), ada).image?.annotation == boxes(box))
        let answer = try await clients.data.setAnnotation(relabel, options: ada)
        #expect(answer.annotation == boxes(box))
      } else {
        #expect(await code { try await clients.put("image", boxes(box), ada) } == .invalidArgument)
        #expect(
          await code { try await clients.data.setAnnotation(relabel, options: ada) }
            == .invalidArgument)
      }
    }
  }

  @Test(arguments: [(1_000, true), (1_001, false)])
  func `an image has at most 1,000 boxes`(count: Int, isAccepted: Bool) async throws {
    try await DataWorld().serve { clients in
      let ada = try await clients.account()
      try await clients.project("pets", .detection, ada)
      let many = Annotation(
        value: .boxes(Boxes(boxes: Array(repeating: box(0, 0, 1, 1), count: count))))
      if isAccepted {
        #expect(try await clients.put("image", many, ada).image?.annotation == many)
      } else {
        #expect(await code { try await clients.put("image", many, ada) } == .invalidArgument)
      }
    }
  }

  @Test func `an image is relabelled and deleted by its owner alone`() async throws {
    let world = try DataWorld()
    try await world.serve { clients in
      let data = clients.data
      let ada = try await clients.account("ada")
      let bob = try await clients.account("bob")
      try await clients.project(ada)
      try await clients.project(bob)
      let id = try #require(try await clients.put("a", cat, ada).image).id
      let relabel = SetAnnotationRequest(project: "pets", id: id, annotation: dog)
      #expect(await code { try await data.setAnnotation(relabel, options: bob) } == .notFound)
      let relabeled = try await data.setAnnotation(relabel, options: ada)
      #expect(relabeled.annotation == dog)
      let bare = try await data.removeAnnotation(.init(project: "pets", id: id), options: ada)
      #expect(bare.id == id && bare.annotation == nil)
      let delete = DeleteImageRequest(project: "pets", id: id)
      #expect(await code { try await data.deleteImage(delete, options: bob) } == .notFound)
      let bad = DeleteImageRequest(project: "pets", id: id.uppercased())
      #expect(await code { try await data.deleteImage(bad, options: ada) } == .invalidArgument)
      _ = try await data.deleteImage(delete, options: ada)
      #expect(await code { try await data.deleteImage(delete, options: ada) } == .notFound)
      #expect(await code { try await download(id, from: data, ada) } == .notFound)
      #expect(try world.folder.files(in: "objects").isEmpty)
    }
  }

  @Test func `reading needs the read scope and changing the write scope`() async throws {
    try await DataWorld().serve { clients in
      let data = clients.data
      let ada = try await clients.account()
      try await clients.project(ada)
      func token(_ scopes: [Scope]) async throws -> CallOptions {
        let made = try await clients.auth.createToken(.init(scopes: scopes), options: ada)
        return clients.with(made.secret)
      }
      let reader = try await token([.read])
      let writer = try await token([.write])
      _ = try await data.getProject(.init(project: "pets"), options: reader)
      _ = try await data.analyzeProject(.init(project: "pets"), options: reader)
      #expect(await code { try await clients.put("a", reader) } == .permissionDenied)
      _ = try await clients.put("a", writer)
      #expect(
        await code { try await data.getProject(.init(project: "pets"), options: writer) }
          == .permissionDenied)
    }
  }

  @Test func `the store's limits end as exhausted, with the limit as a detail`() async throws {
    var storeLimits = StoreLimits()
    storeLimits.projectImagesMax = 1
    try await DataWorld(storeLimits: storeLimits).serve { clients in
      let ada = try await clients.account()
      try await clients.project(ada)
      try await clients.put("a", ada)
      let status = await refusal { try await clients.put("b", ada) }
      #expect(status?.code == .resourceExhausted)
      #expect(
        status?.details.dropFirst() == [
          .limitExceeded(name: "images in the project", value: 2, limit: 1)
        ])
    }
  }
}

extension DataWorld.Clients {
  @discardableResult
  func project(_ options: CallOptions) async throws -> Project {
    try await project("pets", .classification, options)
  }

  @discardableResult
  func put(_ text: String, _ options: CallOptions) async throws -> PutImageResponse {
    try await put(text, nil, options)
  }
}
