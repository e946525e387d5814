import API
import Drawing
import Foundation
import TestSupport
import Testing
import WellKnownTypes

@testable import CommandLineKit

#if canImport(FoundationXML)
  import FoundationXML
#endif

/// The elements of a document, which must be well-formed.
func elements(of path: String) throws -> [XMLElement] {
  let document = try XMLDocument(data: Data(contentsOf: URL(fileURLWithPath: path)))
  return try document.nodes(forXPath: "//*").compactMap { $0 as? XMLElement }
}

extension XMLElement {
  /// An attribute without regard to namespaces.
  func value(_ name: String) -> String? {
    attributes?.first { $0.name == name }?.stringValue
  }
}

extension [XMLElement] {
  func named(_ name: String) -> [XMLElement] { filter { $0.localName == name } }

  var names: Set<String> { Set(compactMap(\.localName)) }

  /// All attributes that say what to load or to run.
  var addresses: [String] {
    flatMap { element in
      (element.attributes ?? []).filter { attribute in
        let name = attribute.name?.lowercased() ?? ""
        return name.hasSuffix("href") || name == "src" || name.hasPrefix("on")
      }.compactMap(\.stringValue)
    }
  }
}

private let hostile = "<script>alert(1)</script>\"onload=\"x"

@Suite struct `Drawn answers` {
  private let world: World
  private let image: String
  private var objects: [DetectedObject] {
    [
      DetectedObject(
        xMin: 10, yMin: 5, xMax: 60, yMax: 45, className: hostile, confidence: 0.912_3),
      DetectedObject(xMin: 0, yMin: 0, xMax: 20, yMax: 20, className: "bus", confidence: 0.5),
    ]
  }

  init() async throws {
    world = try await World().loggedIn()
    world.backend.state.withLock { $0.model = API.Model(model: "ada/street@1") }
    image = world.folder.path + "/a & b.png"
    try picture(1).write(to: URL(fileURLWithPath: image))
  }

  private func path(_ name: String) -> String { world.folder.path + "/" + name }

  @Test func `hold the image, its boxes and the names, whatever these are`() async throws {
    world.backend.state.withLock { $0.objects = objects }
    let outcome = await world.run("infer", "ada/street", image, "--draw", path("out.svg"))
    #expect(outcome.exit == .success)
    #expect(outcome.complaints == "drew \(path("out.svg"))\n")
    let elements = try elements(of: path("out.svg"))
    #expect(elements.names == ["svg", "g", "image", "rect", "text", "title"])
    let bytes = try Data(contentsOf: URL(fileURLWithPath: image)).base64EncodedString()
    #expect(elements.addresses == ["data:image/png;base64,\(bytes)"])
    let texts = elements.named("text").compactMap(\.stringValue)
    #expect(texts.prefix(2) == ["\(hostile) 0.91", "bus 0.50"])
    #expect(texts.dropFirst(2) == ["a & b.png", "ada/street@1  ·  2 objects  ·  12.5 ms"])
    // 100 x 50 pixels are shown 4.8 times as large.
    let boxes = elements.named("rect").filter { $0.value("stroke") != nil }
    #expect(boxes.last?.value("x") == "48")
    #expect(boxes.last?.value("width") == "240")
  }

  @Test func `say that nothing was found`() async throws {
    world.backend.state.withLock { $0.objects = [] }
    _ = await world.run("infer", "ada/street", image, "--draw", path("out.svg"))
    let texts = try elements(of: path("out.svg")).named("text").compactMap(\.stringValue)
    #expect(texts == ["a & b.png", "ada/street@1  ·  nothing found  ·  12.5 ms"])
  }

  @Test func `of many images are a page or a folder`() async throws {
    world.backend.state.withLock { $0.objects = objects }
    let other = path("other/a & b.png")
    try world.folder.write("other/bad.jpg", "bad")
    try picture(2).write(to: URL(fileURLWithPath: other))
    let page = await world.run(
      "infer", "ada/street", image, path("other"), "--draw", path("out.html"))
    #expect(page.exit == .someItemsFailed)
    let drawn = try elements(of: path("out.html"))
    #expect(drawn.named("image").count == 2)
    #expect(drawn.named("script").isEmpty)
    let json = await world.run(
      "infer", "ada/street", image, other, "--draw", path("out/"), "--json")
    #expect(json.exit == .success)
    #expect(json.output.contains("\"drawing\":\"\(path("out/a & b.png.svg"))\""))
    #expect(json.output.contains("\"drawing\":\"\(path("out/a & b.png-2.svg"))\""))
    #expect(try elements(of: path("out/a & b.png-2.svg")).named("image").count == 1)
  }

  @Test func `of a classifier are bars of its classes`() async throws {
    let small = path("cat.gif")
    try Data(Array("GIF89a".utf8) + [2, 0, 1, 0, 0, 0, 0]).write(to: URL(fileURLWithPath: small))
    let outcome = await world.run("infer", "ada/pets", small, "--draw", path("out.svg"))
    #expect(outcome.exit == .success)
    let elements = try elements(of: path("out.svg"))
    let texts = elements.named("text").compactMap(\.stringValue)
    #expect(texts.contains("90.0 %") && texts.contains("dog") && texts.contains("10.0 %"))
    #expect(elements.named("image").first?.value("style") == "image-rendering:pixelated")
  }

  @Test(arguments: [
    ("out", "want FILE.svg, FILE.png, FILE.html or FOLDER/"), ("out.bmp", "want FILE.svg"),
    ("two.svg", "holds one image and there are 2"),
  ])
  func `need a place of a known kind`(name: String, reason: String) async throws {
    let second = path("second.png")
    try picture(3).write(to: URL(fileURLWithPath: second))
    let outcome = await world.run(
      "infer", "ada/street", image, second, "--draw", path(name))
    #expect(outcome.exit == .usage)
    #expect(outcome.complaints.contains(reason))
    #expect(outcome.output == "")
  }

  @Test func `never take the place of the image`() async throws {
    let outcome = await world.run(
      "infer", "ada/street", image, "--draw", world.folder.path + "/./a & b.png")
    #expect(outcome.exit == .usage)
    #expect(outcome.complaints.contains("would overwrite the image"))
  }

  @Test func `become PNG where librsvg is installed`() async throws {
    world.backend.state.withLock { $0.objects = objects }
    var world = world
    world.environment["PATH"] = world.folder.path
    let without = await world.run("infer", "ada/street", image, "--draw", path("out.png"))
    #expect(without.exit == .local)
    #expect(without.complaints.hasPrefix("error: PNG is drawn by rsvg-convert, which is not"))
    let program = try world.folder.write(
      "rsvg-convert", "#!/bin/sh\necho \"$@\"\n/bin/cat\n")
    try FileManager.default.setAttributes(
      [.posixPermissions: 0o755], ofItemAtPath: program)
    let outcome = await world.run("infer", "ada/street", image, "--draw", path("out.png"))
    #expect(outcome.exit == .success)
    #expect(
      try String(contentsOfFile: path("out.png"), encoding: .utf8)
        .hasPrefix("--format png --unlimited\n<svg xmlns"))
    try world.folder.write("rsvg-convert", "#!/bin/sh\n/bin/cat\necho no >&2\nexit 1\n")
    let failed = await world.run("infer", "ada/street", image, "--draw", path("out.png"))
    #expect(failed.exit == .local)
    #expect(failed.complaints.contains("rsvg-convert could not draw \(path("out.png")): no"))
  }

  @Test func `are not made of another image than was asked about`() async throws {
    world.backend.state.withLock { $0.objects = objects }
    try picture(1, width: 90).write(to: URL(fileURLWithPath: image))
    let outcome = await world.run("infer", "ada/street", image, "--draw", path("out.svg"))
    #expect(outcome.exit == .local)
    #expect(
      outcome.complaints.hasPrefix(
        "error: \(image) cannot be drawn: it has 90 x 50 pixels, and the answer is about 100 x 50"))
  }
}

@Suite struct `A training's page` {
  private let world: World
  private var page: String { world.folder.path + "/report.html" }

  init() async throws {
    world = try await World().loggedIn()
    _ = await world.run("project", "create", "street", "--type", "detection")
    try picture(1).write(to: URL(fileURLWithPath: world.folder.path + "/a.png"))
    _ = await world.run("data", "upload", "street", world.folder.path + "/a.png")
  }

  private func box(_ edges: [Double], _ name: String) -> Box {
    Box(xMin: edges[0], yMin: edges[1], xMax: edges[2], yMax: edges[3], className: name)
  }

  private func train() {
    let figures = DetectionMetrics(
      meanAveragePrecision: 0.5, meanAveragePrecision50: 0.75,
      classes: [
        .init(
          className: hostile, averagePrecision: 0.5, averagePrecision50: 0.75, precision: 0.9,
          recall: 0.8, f1: 0.85, objects: 3)
      ], confidenceBest: 0.4, precision: 0.9, recall: 0.8, f1: 0.85)
    world.backend.state.withLock { state in
      state.job = TrainingJob(
        training: "ada/street@1", state: .succeeded, imageCount: 1,
        startTime: ProtoTimestamp(seconds: 1), endTime: ProtoTimestamp(seconds: 61),
        metrics: ModelMetrics(validationImages: 1, detection: figures))
      let example = TrainingReport.DetectionExample(
        imageId: state.points[0].id, imageWidth: 100, imageHeight: 50,
        truths: [box([0, 0, 20, 20], hostile), box([50, 0, 70, 20], hostile)],
        objects: [
          DetectedObject(
            xMin: 1, yMin: 0, xMax: 20, yMax: 20, className: hostile, confidence: 0.8),
          DetectedObject(
            xMin: 30, yMin: 30, xMax: 40, yMax: 40, className: hostile, confidence: 0.5),
          DetectedObject(
            xMin: 50, yMin: 0, xMax: 70, yMax: 20, className: hostile, confidence: 0.39),
        ])
      state.report = TrainingReport(
        history: [
          .init(phase: .head, epoch: 1, loss: 2, seconds: 1),
          .init(
            phase: .fineTuning, epoch: 1, loss: 1, validationMeanAveragePrecision: 0.2,
            validationMeanAveragePrecision50: 0.4,
            seconds: 9),
        ],
        confusion: .init(classNames: [hostile], counts: [2, 1, 1, 0], hasBackground: true),
        precisionRecall: [.init(className: hostile, precisions: [1, 0.5, 0])],
        detectionExamples: [example, .init(imageId: String(repeating: "0", count: 64))])
    }
  }

  @Test func `has curves, confusion, classes and images beside the truth`() async throws {
    train()
    let outcome = await world.run("train", "report", "street", "--output", page)
    #expect(outcome == CommandOutcome(exit: .success, output: "wrote \(page)\n", complaints: ""))
    let elements = try elements(of: page)
    #expect(
      elements.named("h2").compactMap(\.stringValue) == [
        "How it learned", "Precision and recall", "What was taken for what", "Classes",
        "Validation images",
      ])
    #expect(elements.named("script").isEmpty)
    #expect(elements.named("image").count == 1)
    #expect(
      Set(elements.addresses.map { $0.hasPrefix("data:image/png") ? "data" : $0 }) == [
        "data", "#image-1",
      ])
    let texts = Set(elements.compactMap(\.stringValue))
    #expect(texts.contains("a.png: 1 of 2 found, 1 invented"))
    #expect(texts.contains("\(hostile) missed") && texts.contains("\(hostile) 0.80"))
    #expect(!texts.contains("\(hostile) 0.39"))
    #expect(texts.contains("1 image left out: too large for this page, or deleted."))
    #expect(elements.named("td").compactMap(\.stringValue).contains("0.850"))
  }

  @Test func `is not needed for its figures`() async throws {
    train()
    let outcome = await world.run("train", "report", "street", "--json")
    #expect(outcome.exit == .success)
    let answer = try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any]
    #expect(answer?["training"] as? String == "ada/pets@1")
    #expect((answer?["history"] as? [Any])?.count == 2)
    let confusion = answer?["confusion"] as? [String: Any]
    #expect(confusion?["classNames"] as? [String] == [hostile])
    #expect(confusion?["hasBackground"] as? Bool == true)
    #expect(confusion?["counts"] as? [Int] == [2, 1, 1, 0])
    #expect(!FileManager.default.fileExists(atPath: page))
    #expect(await world.run("train", "report", "street").exit == .usage)
  }

  @Test func `of a training that has not succeeded is refused with a hint`() async throws {
    let outcome = await world.run("train", "report", "street", "--output", page)
    #expect(outcome.exit == .conflict)
    #expect(!FileManager.default.fileExists(atPath: page))
    #expect(outcome.complaints.contains("only a training that succeeded has a report"))
  }

  @Test func `that cannot be written says so`() async throws {
    train()
    let outcome = await world.run(
      "train", "report", "street", "--output", world.folder.path + "/none/x.html")
    #expect(outcome.exit == .local)
    #expect(outcome.complaints.contains("none/x.html' cannot be written"))
  }
}

@Suite struct `What was found beside the truth` {
  private func object(_ edges: [Double], _ name: String, _ confidence: Double) -> DetectedObject {
    DetectedObject(
      xMin: edges[0], yMin: edges[1], xMax: edges[2], yMax: edges[3], className: name,
      confidence: confidence)
  }

  private func truth(_ edges: [Double], _ name: String) -> Box {
    Box(xMin: edges[0], yMin: edges[1], xMax: edges[2], yMax: edges[3], className: name)
  }

  @Test func `is matched by class and overlap, the surest first, each once`() {
    let matching = ContactSheet.match(
      [
        object([0, 0, 10, 10], "a", 0.5), object([0, 0, 10, 10], "a", 0.9),
        object([20, 0, 30, 10], "b", 0.8), object([40, 0, 50, 5], "a", 0.7),
        object([60, 0, 70, 4.9], "a", 0.7),
      ],
      [
        truth([0, 0, 10, 10], "a"), truth([20, 0, 30, 10], "a"), truth([40, 0, 50, 10], "a"),
        truth([60, 0, 70, 10], "a"),
      ])
    #expect(matching.isRight == [false, true, false, true, false])
    #expect(matching.isFound == [true, false, true, false])
    #expect(ContactSheet.words(matching) == "2 of 4 found, 3 invented")
    #expect(ContactSheet.words(.init(isRight: [], isFound: [])) == "0 of 0 found")
  }
}

@Suite struct `A page about a project's images` {
  private let world: World
  private var page: String { world.folder.path + "/images.html" }

  init() async throws {
    world = try await World().loggedIn()
    _ = await world.run("project", "create", "street", "--type", "detection")
    try world.folder.write("set/data.yaml", "train: images\nnames: [\"\(Self.name)\", bus]\n")
    for number in 0..<3 {
      try world.folder.write("set/images/\(number).png")
      try picture(UInt8(number)).write(
        to: URL(fileURLWithPath: "\(world.folder.path)/set/images/\(number).png"))
    }
    try world.folder.write("set/labels/0.txt", "0 0.5 0.5 0.2 0.4\n")
    _ = await world.run("data", "import", "street", world.folder.path + "/set")
  }

  /// A class name may have no slash.
  private static let name = "<b onload=x>&amp;"

  private func analyze(_ ids: [String]) {
    let classes = world.backend.state.withLock { $0.project?.classes ?? [] }
    world.backend.state.withLock { state in
      state.analysis = ProjectAnalysis(
        imageCount: 3, labeledImageCount: 3, sizeBytes: 1500,
        classCounts: classes.map { .init(className: $0.name, images: 1, boxes: 1) },
        duplicates: [.init(ids: ids, conflicting: true)], duplicateGroupCount: 1,
        findings: [
          .init(
            severity: .warning, kind: "box-out-of-range", message: "1 image <i>", ids: [ids[0]],
            count: 1)
        ],
        longSides: [.init(start: 0, end: 64, count: 0), .init(start: 64, end: 128, count: 3)],
        boxes: .init(
          count: 1, imagesWithout: 2,
          perImage: [.init(start: 0, end: 1, count: 2), .init(start: 1, count: 1)], small: 1))
    }
  }

  @Test func `shows findings, counts, look-alikes and classes with pictures`() async throws {
    let ids = world.backend.state.withLock { $0.points.map(\.id) }
    analyze(ids + [String(repeating: "0", count: 64)])
    let outcome = await world.run("data", "analyze", "street", "--report", page)
    #expect(outcome.exit == .success)
    #expect(outcome.complaints == "wrote \(page)\n")
    #expect(outcome.output.contains("boxes        1; 2 images without\n"))
    let elements = try elements(of: page)
    #expect(
      elements.named("h2").compactMap(\.stringValue) == [
        "Findings", "Classes", "Images and boxes", "Images that look the same",
        "Some images of each class",
      ])
    #expect(elements.named("b").isEmpty && elements.named("i").isEmpty)
    #expect(elements.named("image").count == 3)
    let texts = Set(elements.compactMap(\.stringValue))
    #expect(texts.contains("64–127") && texts.contains("1 or more") && texts.contains(Self.name))
    #expect(elements.addresses.allSatisfy { $0.hasPrefix("#image-") || $0.hasPrefix("data:") })
    try FileManager.default.removeItem(atPath: page)
    let json = await world.run("data", "analyze", "street", "--report", page, "--json")
    let answer = try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any]
    #expect(FileManager.default.fileExists(atPath: page) && json.complaints.isEmpty)
    #expect((answer?["boxes"] as? [String: Any])?["imagesWithout"] as? Int == 2)
  }

  @Test func `has room for so much and no more`() async throws {
    let large = world.folder.path + "/large.png"
    let head = picture(9)
    let ids = world.backend.state.withLock { $0.points.map(\.id) }
    try (head + Data(count: 1)).write(to: URL(fileURLWithPath: large))
    _ = await world.run("data", "upload", "street", large)
    let id = world.backend.state.withLock { state in
      let place = state.points.count - 1
      state.points[place].sizeBytes = PictureShelf.imageBytesMax + 1
      return state.points[place].id
    }
    analyze([id] + ids)
    _ = await world.run("data", "analyze", "street", "--report", page)
    let texts = try elements(of: page).compactMap(\.stringValue)
    #expect(try elements(of: page).named("image").count == 3)
    #expect(texts.contains { $0.contains("left out: too large or too many for this page") })
  }
}
