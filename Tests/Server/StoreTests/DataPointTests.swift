import API
import Foundation
import Store
import TestSupport
import Testing

struct DataPointTests {
  @Test func `an image reads back as it was put`() async throws {
    let fixture = try await StoreFixture()
    try await fixture.makeProject()
    let (point, created) = try await fixture.put("hello", .className("cat"))
    #expect(created)
    #expect(
      point.object.hex == "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824")
    #expect(point.bytes == 5 && point.fileName == "hello.png")
    #expect(point.format == .png && point.width == 640 && point.height == 480)
    let opened = try await fixture.store.openDataPoint(
      point.object, inProject: "pets", of: fixture.ada.id)
    #expect(opened.dataPoint == point)
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
    let cat = try await fixture.put("a", .className("cat")).dataPoint.object
    let bare = try await fixture.put("b").dataPoint.object
    let none = try fixture.store.stage([7, 7]).hash
    let findings = try await fixture.store.findDataPoints(
      [none, bare, cat, bare], inProject: "pets", of: fixture.ada.id)
    #expect(findings == [.missing, .stored(nil), .stored(.className("cat")), .stored(nil)])
    let hers = try await fixture.store.findDataPoints([cat], inProject: "hers", of: grace.id)
    #expect(hers == [.missing])
    await #expect(throws: StoreError.notFound(.project, "none")) {
      try await fixture.store.findDataPoints([cat], inProject: "none", of: fixture.ada.id)
    }
  }

  @Test func `an image that is damaged counts as missing until it comes again`() async throws {
    let fixture = try await StoreFixture()
    try await fixture.makeProject()
    let object = try await fixture.put("abc").dataPoint.object
    let path =
      "\(fixture.folder.path)/objects/\(object.hex.prefix(2))/\(object.hex.dropFirst(2).prefix(2))"
    try Data("abd".utf8).write(to: URL(filePath: path + "/" + object.hex))
    func found() async throws -> [DataPointFinding] {
      try await fixture.store.findDataPoints([object], inProject: "pets", of: fixture.ada.id)
    }
    #expect(try await found() == [.stored(nil)])
    await #expect(throws: StoreError.self) {
      try await fixture.store.openDataPoint(object, inProject: "pets", of: fixture.ada.id)
    }
    #expect(try await found() == [.missing])
    let (point, created) = try await fixture.put("abc")
    #expect(point.object == object && !created)
    #expect(try await found() == [.stored(nil)])
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
      objects.append(try await fixture.put(name, boxes, in: "street").dataPoint.object)
    }
    var seen: [Int] = []
    while !objects.isEmpty {
      let findings = try await fixture.store.findDataPoints(
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
    let point = try await fixture.store.putDataPoint(
      fixture.store.stage([1]), image: StoreFixture.facts(hash), annotation: nil,
      fileName: "", inProject: "pets", of: fixture.ada.id, at: StoreFixture.start
    ).dataPoint
    #expect(try await fixture.store.imageFacts(of: point.object)?.perceptualHash == hash)
  }

  @Test func `putting an image again keeps its place and replaces only a given annotation`()
    async throws
  {
    let fixture = try await StoreFixture()
    try await fixture.makeProject()
    func places() async throws -> [Int64] {
      try await fixture.store.dataPoints(
        inProject: "pets", of: fixture.ada.id, filter: DataPointFilter(), page: PageRequest()
      ).cursors
    }
    let first = try await fixture.put("a", .className("cat"))
    let place = try await places()
    let second = try await fixture.put("a")
    #expect(!second.created)
    #expect(second.dataPoint == first.dataPoint)
    let third = try await fixture.put("a", .className("dog"))
    #expect(!third.created)
    #expect(try await places() == place && place.count == 1)
    #expect(third.dataPoint.label == .className("dog"))
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
    #expect(project.message.dataPointCount == 0)
  }

  @Test func `images stop at the limit, but one that is there may be put again`() async throws {
    var limits = StoreLimits()
    limits.projectDataPointsMax = 2
    let fixture = try await StoreFixture(limits: limits)
    try await fixture.makeProject()
    try await fixture.put("a")
    try await fixture.put("b")
    let limit = StoreError.limit(name: "data points in the project", value: 3, limit: 2)
    await #expect(throws: limit) { try await fixture.put("c") }
    #expect(try await !fixture.put("b", .className("cat")).created)
  }

  @Test func `what would be refused is refused before any work`() async throws {
    var limits = StoreLimits()
    limits.projectDataPointsMax = 1
    let fixture = try await StoreFixture(limits: limits)
    try await fixture.makeProject()
    let present = try await fixture.put("a").dataPoint.object
    let new = try fixture.store.stage([1]).hash
    func check(
      _ object: ObjectHash, _ annotation: Annotation.Value?, in project: String = "pets"
    ) async throws {
      try await fixture.store.checkDataPoint(
        object, annotation: annotation, inProject: project, of: fixture.ada.id)
    }
    try await check(present, .className("cat"))
    await #expect(throws: StoreError.limit(name: "data points in the project", value: 2, limit: 1))
    {
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
    let point = try await fixture.put("a", .boxes(boxes)).dataPoint
    #expect(point.label == .boxes(boxes))
    let fewer = try await fixture.store.relabelDataPoint(
      point.object, annotation: .boxes([boxes[1]]), inProject: "pets", of: fixture.ada.id)
    #expect(fewer.label == .boxes([boxes[1]]))
    let empty = try await fixture.store.relabelDataPoint(
      point.object, annotation: .boxes([]), inProject: "pets", of: fixture.ada.id)
    #expect(empty.label == .boxes([]))
    let none = try await fixture.store.relabelDataPoint(
      point.object, annotation: nil, inProject: "pets", of: fixture.ada.id)
    #expect(none.label == nil)
    await #expect(throws: StoreError.wrongAnnotation(.detection)) {
      try await fixture.store.relabelDataPoint(
        point.object, annotation: .className("cat"), inProject: "pets", of: fixture.ada.id)
    }
  }

  @Test func `boxes stop at the project's limit, and a page of many ends early`() async throws {
    var limits = StoreLimits()
    limits.projectBoxesMax = 6
    limits.pagePartsMax = 3
    let fixture = try await StoreFixture(limits: limits)
    try await fixture.makeProject("pets", .detection)
    let box = Box(xMin: 0, yMin: 0, xMax: 1, yMax: 1, className: "cat")
    let first = try await fixture.put("a", .boxes([box, box])).dataPoint
    try await fixture.put("b", .boxes([box, box]))
    try await fixture.put("c", .boxes([box, box]))
    let full = StoreError.limit(name: "boxes in the project", value: 7, limit: 6)
    await #expect(throws: full) { try await fixture.put("d", .boxes([box])) }
    await #expect(throws: full) { try await fixture.put("a", .boxes([box, box, box])) }
    func list(_ after: Int64?) async throws -> Page<DataPoint, Int64> {
      try await fixture.store.dataPoints(
        inProject: "pets", of: fixture.ada.id, filter: DataPointFilter(),
        page: PageRequest(after: after))
    }
    let page = try await list(nil)
    #expect(page.rows.map(\.fileName) == ["a.png", "b.png"])
    let rest = try await list(page.next)
    #expect(rest.rows.map(\.fileName) == ["c.png"] && rest.next == nil)
    try await fixture.store.deleteDataPoint(
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
    let cat = try await fixture.put("a", annotation("cat")).dataPoint
    let dog = try await fixture.put("b", annotation("dog")).dataPoint
    let none = try await fixture.put("c").dataPoint
    func list(_ filter: DataPointFilter) async throws -> [DataPoint] {
      try await fixture.store.dataPoints(
        inProject: "pets", of: fixture.ada.id, filter: filter, page: PageRequest()
      ).rows
    }
    #expect(try await list(DataPointFilter()) == [cat, dog, none])
    #expect(try await list(DataPointFilter(className: "cat")) == [cat])
    #expect(try await list(DataPointFilter(unlabeledOnly: true)) == [none])
    #expect(try await list(DataPointFilter(className: "cat", unlabeledOnly: true)) == [])
    func list(_ prefix: String, _ filter: DataPointFilter) async throws -> [DataPoint] {
      try await fixture.store.dataPoints(
        withPrefix: prefix, inProject: "pets", of: fixture.ada.id, filter: filter,
        page: PageRequest()
      ).rows
    }
    let byHash = [cat, dog, none].sorted { $0.object.hex < $1.object.hex }
    #expect(try await list("", DataPointFilter()) == byHash)
    for length in [1, 8, 64] {
      let prefix = String(dog.object.hex.prefix(length))
      #expect(try await list(prefix, DataPointFilter()).contains(dog))
      #expect(try await list(prefix, DataPointFilter(className: "dog")) == [dog])
      #expect(try await !list(prefix, DataPointFilter(className: "cat")).contains(dog))
      #expect(try await !list(prefix, DataPointFilter(unlabeledOnly: true)).contains(dog))
    }
    #expect(try await list(dog.object.hex, DataPointFilter()) == [dog])
    #expect(try await list("", DataPointFilter(className: "cat", unlabeledOnly: true)) == [])
    await #expect(throws: StoreError.unknownClass("cow")) {
      try await list(DataPointFilter(className: "cow"))
    }
  }

  @Test(arguments: [1, 3, 9, 10, 11] as [UInt32])
  func `pages stay stable while images come and go`(rowsMax: UInt32) async throws {
    let fixture = try await StoreFixture()
    try await fixture.makeProject()
    for number in 0..<10 { try await fixture.put("image \(number)") }
    var seen: [String] = []
    var request = PageRequest<Int64>(rowsMax: rowsMax)
    repeat {
      let page = try await fixture.store.dataPoints(
        inProject: "pets", of: fixture.ada.id, filter: DataPointFilter(), page: request)
      seen += page.rows.map(\.fileName)
      request.after = page.next
      // Deleting what was seen moves nothing that is still to come.
      try await fixture.store.deleteDataPoint(
        page.rows[0].object, inProject: "pets", of: fixture.ada.id)
    } while request.after != nil
    #expect(seen == (0..<10).map { "image \($0).png" })
  }

  @Test(arguments: [1, 3, 9, 10, 11] as [UInt32], [1, 4, 5, 10] as [Int])
  func `pages by hash miss nothing, however few rows are looked at for one`(
    rowsMax: UInt32, examinedMax: Int
  ) async throws {
    var limits = StoreLimits()
    limits.pageExaminedMax = examinedMax
    let fixture = try await StoreFixture(limits: limits)
    try await fixture.makeProject()
    var dogs: [String] = []
    for number in 0..<10 {
      let name = number % 4 == 1 ? "dog" : "cat"
      let object = try await fixture.put("image \(number)", .className(name)).dataPoint.object
      if name == "dog" { dogs.append(object.hex) }
    }
    var seen: [String] = []
    var request = PageRequest<ObjectHash>(rowsMax: rowsMax)
    var pages = 0
    repeat {
      let page = try await fixture.store.dataPoints(
        withPrefix: "", inProject: "pets", of: fixture.ada.id,
        filter: DataPointFilter(className: "dog"), page: request)
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
    let object = try await fixture.put("a", in: "one").dataPoint.object
    try await fixture.put("a", in: "two")
    try await fixture.store.deleteDataPoint(object, inProject: "one", of: fixture.ada.id)
    #expect(try fixture.folder.objectFiles().count == 1)
    await #expect(throws: StoreError.notFound(.dataPoint, object.hex)) {
      try await fixture.store.deleteDataPoint(object, inProject: "one", of: fixture.ada.id)
    }
    await #expect(throws: StoreError.notFound(.dataPoint, object.hex)) {
      try await fixture.store.openDataPoint(object, inProject: "one", of: fixture.ada.id)
    }
    try await fixture.store.deleteDataPoint(object, inProject: "two", of: fixture.ada.id)
    #expect(try fixture.folder.objectFiles().isEmpty)
    #expect(try await fixture.store.imageFacts(of: object) == nil)
  }

  @Test func `a reader goes on when its object is deleted`() async throws {
    let fixture = try await StoreFixture()
    try await fixture.makeProject()
    let object = try await fixture.put("hello").dataPoint.object
    let reader = try await fixture.store.openDataPoint(
      object, inProject: "pets", of: fixture.ada.id
    ).reader
    try await fixture.store.deleteDataPoint(object, inProject: "pets", of: fixture.ada.id)
    #expect(try reader.read(at: 0, count: 5) == Array("hello".utf8))
  }

  @Test func `a project's contents hold every image with its annotation`() async throws {
    let fixture = try await StoreFixture()
    try await fixture.makeProject("pets", .detection)
    let box = Box(xMin: 0, yMin: 0, xMax: 1, yMax: 1, className: "dog")
    let points = [
      try await fixture.put("a", .boxes([box, box])).dataPoint,
      try await fixture.put("b", .boxes([])).dataPoint, try await fixture.put("c").dataPoint,
    ]
    let contents = try await fixture.store.contents(ofProject: "pets", of: fixture.ada.id)
    #expect(contents.dataPoints == points)
    #expect(contents.project.labeledDataPointCount == 2)
  }
}
