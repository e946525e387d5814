import API
import Foundation
import Store
import TestSupport
import Testing

struct ImageTests {
  @Test func `an image reads back as it was put`() async throws {
    let fixture = try await StoreFixture()
    try await fixture.makeProject()
    let stored = try await fixture.put("hello", .className("cat"))
    let point = stored.image
    #expect(stored.isNew)
    #expect(
      point.object.hex == "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824")
    #expect(point.sizeBytes == 5 && point.fileName == "hello.png")
    #expect(point.format == .png && point.width == 640 && point.height == 480)
    let opened = try await fixture.store.openImage(
      point.object, inProject: "pets", of: fixture.ada.id)
    #expect(opened.image == point)
    #expect(opened.reader.bytes == 5)
    #expect(try opened.reader.read(at: 0, count: 100) == Array("hello".utf8))
    #expect(try opened.reader.read(at: 3, count: 1) == Array("l".utf8))
    #expect(try opened.reader.read(at: 5, count: 1) == [])
    #expect(try await fixture.store.imageFacts(of: point.object) == StoreFixture.facts())
  }

  @Test func `images are found by their bytes, in the order asked`() async throws {
    let fixture = try await StoreFixture()
    try await fixture.makeProject()
    let grace = try await fixture.makeAccount("grace", seed: 2)
    try await fixture.makeProject("hers", of: grace.id)
    let cat = try await fixture.put("a", .className("cat")).image.object
    let bare = try await fixture.put("b").image.object
    let none = try fixture.store.stage([7, 7]).hash
    let findings = try await fixture.store.findImages(
      [none, bare, cat, bare], inProject: "pets", of: fixture.ada.id)
    #expect(
      findings == [
        .missing, .stored(nil, etag: "0"), .stored(.className("cat"), etag: "2"),
        .stored(nil, etag: "0"),
      ])
    let hers = try await fixture.store.findImages([cat], inProject: "hers", of: grace.id)
    #expect(hers == [.missing])
    await #expect(throws: StoreError.notFound(.project, "none")) {
      try await fixture.store.findImages([cat], inProject: "none", of: fixture.ada.id)
    }
  }

  @Test func `an image that is damaged counts as missing until it comes again`() async throws {
    let fixture = try await StoreFixture()
    try await fixture.makeProject()
    let object = try await fixture.put("abc").image.object
    let path =
      "\(fixture.folder.path)/objects/\(object.hex.prefix(2))/\(object.hex.dropFirst(2).prefix(2))"
    try Data("abd".utf8).write(to: URL(filePath: path + "/" + object.hex))
    func found() async throws -> [ImageFinding] {
      try await fixture.store.findImages([object], inProject: "pets", of: fixture.ada.id)
    }
    #expect(try await found() == [.stored(nil, etag: "0")])
    await #expect(throws: StoreError.self) {
      try await fixture.store.openImage(object, inProject: "pets", of: fixture.ada.id)
    }
    #expect(try await found() == [.missing])
    let again = try await fixture.put("abc")
    #expect(again.image.object == object && !again.isNew)
    #expect(try await found() == [.stored(nil, etag: "0")])
  }

  @Test(arguments: [(1, [1, 1, 1]), (2, [2, 1]), (3, [2, 1]), (4, [3]), (20_000, [3])])
  func `an answer ends before it has too many boxes`(partsMax: Int, counts: [Int]) async throws {
    var limits = StoreLimits()
    limits.pagePartsMax = partsMax
    let fixture = try await StoreFixture(limits: limits)
    try await fixture.makeProject("street", .detection)
    let box = Box(xMin: 1, yMin: 2, xMax: 3, yMax: 4, className: "dog")
    var objects: [ObjectHash] = []
    for (name, boxCount) in [("a", 1), ("b", 1), ("c", 2)] {
      let boxes = Annotation.Value.boxes(Array(repeating: box, count: boxCount))
      objects.append(try await fixture.put(name, boxes, in: "street").image.object)
    }
    var seen: [Int] = []
    while !objects.isEmpty {
      let findings = try await fixture.store.findImages(
        objects, inProject: "street", of: fixture.ada.id)
      try #require(!findings.isEmpty)
      seen.append(findings.count)
      objects.removeFirst(findings.count)
    }
    #expect(seen == counts)
  }

  @Test(arguments: [0, UInt64.max, 1 << 63])
  func `every perceptual hash survives`(hash: UInt64) async throws {
    let fixture = try await StoreFixture()
    try await fixture.makeProject()
    let point = try await fixture.store.putImage(
      fixture.store.stage([1]), image: StoreFixture.facts(hash), annotation: nil,
      fileName: "", inProject: "pets", of: fixture.ada.id, at: StoreFixture.start
    ).image
    #expect(try await fixture.store.imageFacts(of: point.object)?.perceptualHash == hash)
  }

  @Test func `putting an image again keeps its place, and its annotation unless told otherwise`()
    async throws
  {
    let fixture = try await StoreFixture()
    try await fixture.makeProject()
    func places() async throws -> [Int64] {
      try await fixture.store.images(
        inProject: "pets", of: fixture.ada.id, filter: ImageFilter(), page: PageRequest()
      ).cursors
    }
    let first = try await fixture.put("a", .className("cat"))
    let place = try await places()
    let second = try await fixture.put("a")
    #expect(!second.isNew)
    #expect(second.image == first.image)
    #expect(!second.keptAnnotation)
    let kept = try await fixture.put("a", .className("dog"))
    #expect(kept.keptAnnotation && kept.image == first.image)
    let third = try await fixture.put("a", .className("dog"), replacing: true)
    #expect(!third.isNew && !third.keptAnnotation)
    #expect(try await places() == place && place.count == 1)
    #expect(third.image.label == .className("dog"))
    #expect(try fixture.folder.objectFiles().count == 1)
    #expect(try fixture.folder.stagedFiles().isEmpty)
  }

  @Test func `a refused image leaves neither row nor file`() async throws {
    let fixture = try await StoreFixture()
    try await fixture.makeProject()
    let box = Box(xMin: 0, yMin: 0, xMax: 1, yMax: 1, className: "cat")
    let refusals: [(Annotation.Value, String, StoreError)] = [
      (.className("cow"), "pets", .unknownClass("cow")),
      (.boxes([box]), "pets", .wrongAnnotation(.classification)),
      (.className("cat"), "none", .notFound(.project, "none")),
    ]
    for (annotation, project, error) in refusals {
      await #expect(throws: error) { try await fixture.put("a", annotation, in: project) }
    }
    #expect(try fixture.folder.objectFiles().isEmpty)
    #expect(try fixture.folder.stagedFiles().isEmpty)
    let project = try await fixture.store.project(named: "pets", of: fixture.ada.id)
    #expect(project.message.imageCount == 0)
  }

  @Test func `images stop at the limit, but one that is there may be put again`() async throws {
    var limits = StoreLimits()
    limits.projectImagesMax = 2
    let fixture = try await StoreFixture(limits: limits)
    try await fixture.makeProject()
    try await fixture.put("a")
    try await fixture.put("b")
    let limit = StoreError.limit(name: "images in the project", value: 3, limit: 2)
    await #expect(throws: limit) { try await fixture.put("c") }
    #expect(try await !fixture.put("b", .className("cat")).isNew)
  }

  @Test func `what would be refused is refused before any work`() async throws {
    var limits = StoreLimits()
    limits.projectImagesMax = 1
    let fixture = try await StoreFixture(limits: limits)
    try await fixture.makeProject()
    let present = try await fixture.put("a").image.object
    let new = try fixture.store.stage([1]).hash
    func check(
      _ object: ObjectHash, _ annotation: Annotation.Value?, in project: String = "pets"
    ) async throws {
      try await fixture.store.checkImage(
        object, annotation: annotation, inProject: project, of: fixture.ada.id)
    }
    try await check(present, .className("cat"))
    await #expect(throws: StoreError.limit(name: "images in the project", value: 2, limit: 1)) {
      try await check(new, nil)
    }
    await #expect(throws: StoreError.unknownClass("cow")) {
      try await check(present, .className("cow"))
    }
    await #expect(throws: StoreError.wrongAnnotation(.classification)) {
      try await check(present, .boxes([]))
    }
    await #expect(throws: StoreError.notFound(.project, "other")) {
      try await check(new, nil, in: "other")
    }
  }

  @Test func `boxes come back in their order, and relabelling replaces them`() async throws {
    let fixture = try await StoreFixture()
    try await fixture.makeProject("pets", .detection)
    let boxes = (0..<5).map {
      Box(
        xMin: Double($0), yMin: 0.5, xMax: 100.25, yMax: 7, className: $0 % 2 == 0 ? "cat" : "dog")
    }
    let point = try await fixture.put("a", .boxes(boxes)).image
    #expect(point.label == .boxes(boxes))
    let fewer = try await fixture.store.setAnnotation(
      point.object, annotation: .boxes([boxes[1]]), inProject: "pets", of: fixture.ada.id,
      at: StoreFixture.start)
    #expect(fewer.label == .boxes([boxes[1]]))
    let empty = try await fixture.store.setAnnotation(
      point.object, annotation: .boxes([]), inProject: "pets", of: fixture.ada.id,
      at: StoreFixture.start)
    #expect(empty.label == .boxes([]))
    let none = try await fixture.store.setAnnotation(
      point.object, annotation: nil, inProject: "pets", of: fixture.ada.id, at: StoreFixture.start)
    #expect(none.label == nil)
    await #expect(throws: StoreError.wrongAnnotation(.detection)) {
      try await fixture.store.setAnnotation(
        point.object, annotation: .className("cat"), inProject: "pets", of: fixture.ada.id,
        at: StoreFixture.start)
    }
  }

  @Test func `boxes stop at the project's limit, and a page of many ends early`() async throws {
    var limits = StoreLimits()
    limits.projectBoxesMax = 6
    limits.pagePartsMax = 3
    let fixture = try await StoreFixture(limits: limits)
    try await fixture.makeProject("pets", .detection)
    let box = Box(xMin: 0, yMin: 0, xMax: 1, yMax: 1, className: "cat")
    let first = try await fixture.put("a", .boxes([box, box])).image
    try await fixture.put("b", .boxes([box, box]))
    try await fixture.put("c", .boxes([box, box]))
    let full = StoreError.limit(name: "boxes in the project", value: 7, limit: 6)
    await #expect(throws: full) { try await fixture.put("d", .boxes([box])) }
    await #expect(throws: full) {
      try await fixture.put("a", .boxes([box, box, box]), replacing: true)
    }
    func list(_ after: Int64?) async throws -> Page<Image, Int64> {
      try await fixture.store.images(
        inProject: "pets", of: fixture.ada.id, filter: ImageFilter(),
        page: PageRequest(after: after))
    }
    let page = try await list(nil)
    #expect(page.rows.map(\.fileName) == ["a.png", "b.png"])
    let rest = try await list(page.next)
    #expect(rest.rows.map(\.fileName) == ["c.png"] && rest.next == nil)
    try await fixture.store.deleteImage(
      first.object, inProject: "pets", of: fixture.ada.id)
    try await fixture.put("d", .boxes([box, box]))
  }

  @Test(arguments: [ProjectType.classification, .detection])
  func `a list can be narrowed by class, hash and missing label`(kind: ProjectType) async throws {
    let fixture = try await StoreFixture()
    try await fixture.makeProject("pets", kind)
    func annotation(_ name: String) -> Annotation.Value {
      kind == .classification
        ? .className(name)
        : .boxes([Box(xMin: 0, yMin: 0, xMax: 1, yMax: 1, className: name)])
    }
    let cat = try await fixture.put("a", annotation("cat")).image
    let dog = try await fixture.put("b", annotation("dog")).image
    let none = try await fixture.put("c").image
    func list(_ filter: ImageFilter) async throws -> [Image] {
      try await fixture.store.images(
        inProject: "pets", of: fixture.ada.id, filter: filter, page: PageRequest()
      ).rows
    }
    #expect(try await list(ImageFilter()) == [cat, dog, none])
    #expect(try await list(ImageFilter(className: "cat")) == [cat])
    #expect(try await list(ImageFilter(unlabeledOnly: true)) == [none])
    #expect(try await list(ImageFilter(className: "cat", unlabeledOnly: true)) == [])
    func list(_ prefix: String, _ filter: ImageFilter) async throws -> [Image] {
      try await fixture.store.images(
        withPrefix: prefix, inProject: "pets", of: fixture.ada.id, filter: filter,
        page: PageRequest()
      ).rows
    }
    let byHash = [cat, dog, none].sorted { $0.object.hex < $1.object.hex }
    #expect(try await list("", ImageFilter()) == byHash)
    for length in [1, 8, 64] {
      let prefix = String(dog.object.hex.prefix(length))
      #expect(try await list(prefix, ImageFilter()).contains(dog))
      #expect(try await list(prefix, ImageFilter(className: "dog")) == [dog])
      #expect(try await !list(prefix, ImageFilter(className: "cat")).contains(dog))
      #expect(try await !list(prefix, ImageFilter(unlabeledOnly: true)).contains(dog))
    }
    #expect(try await list(dog.object.hex, ImageFilter()) == [dog])
    #expect(try await list("", ImageFilter(className: "cat", unlabeledOnly: true)) == [])
    await #expect(throws: StoreError.unknownClass("cow")) {
      try await list(ImageFilter(className: "cow"))
    }
  }

  @Test(arguments: [1, 3, 9, 10, 11] as [Int32])
  func `pages stay stable while images come and go`(rowsMax: Int32) async throws {
    let fixture = try await StoreFixture()
    try await fixture.makeProject()
    for number in 0..<10 { try await fixture.put("image \(number)") }
    var seen: [String] = []
    var request = PageRequest<Int64>(rowsMax: rowsMax)
    repeat {
      let page = try await fixture.store.images(
        inProject: "pets", of: fixture.ada.id, filter: ImageFilter(), page: request)
      seen += page.rows.map(\.fileName)
      request.after = page.next
      // Deleting what was seen moves nothing that is still to come.
      try await fixture.store.deleteImage(
        page.rows[0].object, inProject: "pets", of: fixture.ada.id)
    } while request.after != nil
    #expect(seen == (0..<10).map { "image \($0).png" })
  }

  @Test(arguments: [1, 3, 9, 10, 11] as [Int32], [1, 4, 5, 10] as [Int])
  func `pages by hash miss nothing, however few rows are looked at for one`(
    rowsMax: Int32, examinedMax: Int
  ) async throws {
    var limits = StoreLimits()
    limits.pageExaminedMax = examinedMax
    let fixture = try await StoreFixture(limits: limits)
    try await fixture.makeProject()
    var dogs: [String] = []
    for number in 0..<10 {
      let name = number % 4 == 1 ? "dog" : "cat"
      let object = try await fixture.put("image \(number)", .className(name)).image.object
      if name == "dog" { dogs.append(object.hex) }
    }
    var seen: [String] = []
    var request = PageRequest<ObjectHash>(rowsMax: rowsMax)
    var pages = 0
    repeat {
      let page = try await fixture.store.images(
        withPrefix: "", inProject: "pets", of: fixture.ada.id,
        filter: ImageFilter(className: "dog"), page: request)
      #expect(page.rows.count <= Int(rowsMax))
      seen += page.rows.map(\.object.hex)
      request.after = page.next
      pages += 1
    } while request.after != nil
    #expect(seen == dogs.sorted())
    #expect(pages >= (10 + examinedMax - 1) / examinedMax)
  }

  @Test func `what is deleted is gone, and its bytes with the last reference`() async throws {
    let fixture = try await StoreFixture()
    try await fixture.makeProject("one")
    try await fixture.makeProject("two")
    let object = try await fixture.put("a", in: "one").image.object
    try await fixture.put("a", in: "two")
    try await fixture.store.deleteImage(object, inProject: "one", of: fixture.ada.id)
    #expect(try fixture.folder.objectFiles().count == 1)
    await #expect(throws: StoreError.notFound(.image, object.hex)) {
      try await fixture.store.deleteImage(object, inProject: "one", of: fixture.ada.id)
    }
    await #expect(throws: StoreError.notFound(.image, object.hex)) {
      try await fixture.store.openImage(object, inProject: "one", of: fixture.ada.id)
    }
    try await fixture.store.deleteImage(object, inProject: "two", of: fixture.ada.id)
    #expect(try fixture.folder.objectFiles().isEmpty)
    #expect(try await fixture.store.imageFacts(of: object) == nil)
  }

  @Test func `a reader goes on when its object is deleted`() async throws {
    let fixture = try await StoreFixture()
    try await fixture.makeProject()
    let object = try await fixture.put("hello").image.object
    let reader = try await fixture.store.openImage(
      object, inProject: "pets", of: fixture.ada.id
    ).reader
    try await fixture.store.deleteImage(object, inProject: "pets", of: fixture.ada.id)
    #expect(try reader.read(at: 0, count: 5) == Array("hello".utf8))
  }

  @Test func `a project's contents hold every image with its annotation`() async throws {
    let fixture = try await StoreFixture()
    try await fixture.makeProject("pets", .detection)
    let box = Box(xMin: 0, yMin: 0, xMax: 1, yMax: 1, className: "dog")
    let points = [
      try await fixture.put("a", .boxes([box, box])).image,
      try await fixture.put("b", .boxes([])).image, try await fixture.put("c").image,
    ]
    let contents = try await fixture.store.contents(ofProject: "pets", of: fixture.ada.id)
    #expect(contents.images == points)
    #expect(contents.project.labeledImageCount == 2)
  }
}
