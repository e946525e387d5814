import API
import DataSets
import Foundation
import TestSupport
import Testing

@testable import CommandLineKit

/// A PNG of which there is no more than what says its size; `mark` tells images apart.
func picture(_ mark: UInt8, width: UInt8 = 100, height: UInt8 = 50) -> Data {
  Data(
    [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13] + Array("IHDR".utf8)
      + [0, 0, 0, width, 0, 0, 0, height, 8, 0, 0, 0, 0, mark])
}

@Suite struct `Importing a data set` {
  private let world: World
  private var folder: String { world.folder.path + "/set" }

  init() async throws {
    world = try await World().loggedIn()
    _ = await world.run("project", "create", "street", "--type", "detection")
    try world.folder.write(
      "set/data.yaml", "train: images/train\nval: images/val\nnames: [car, bus]\n")
    for (number, split) in ["train", "train", "val"].enumerated() {
      try world.folder.write("set/images/\(split)/\(number).png")
      try picture(UInt8(number)).write(
        to: URL(fileURLWithPath: "\(folder)/images/\(split)/\(number).png"))
    }
    try world.folder.write("set/labels/train/0.txt", "1 0.5 0.5 0.2 0.4\n0 0.1 0.5 0.2 0.4\n")
  }

  private var boxes: [[Box]?] {
    world.backend.state.withLock { state in
      state.points.sorted { $0.fileName < $1.fileName }.map { point in
        guard case .boxes(let boxes) = point.annotation?.value else { return nil }
        return boxes.boxes
      }
    }
  }

  @Test func `stores images with their boxes and the classes in their order`() async throws {
    let outcome = await world.run("data", "import", "street", folder)
    #expect(outcome.exit == .success)
    #expect(
      outcome.output == "added classes: car, bus\nyolo: uploaded 3 images (90 B) in 0:00\n")
    #expect(
      boxes == [
        [
          Box(xMin: 40, yMin: 15, xMax: 60, yMax: 35, className: "bus"),
          Box(xMin: 0, yMin: 15, xMax: 20, yMax: 35, className: "car"),
        ], [], [],
      ])
  }

  @Test func `again sends nothing, and boxes that differ are changed`() async throws {
    _ = await world.run("data", "import", "street", folder, "--format", "yolo")
    let again = await world.run("data", "import", "street", folder)
    #expect(again.output == "yolo: uploaded 0 images (0 B) in 0:00, 3 there already\n")
    try world.folder.write("set/labels/train/1.txt", "1 0.5 0.5 0.2 0.4\n")
    let kept = await world.run("data", "import", "street", folder)
    #expect(kept.output.hasSuffix("kept 1 other label (see --replace-labels), 2 there already\n"))
    let changed = await world.run("data", "import", "street", folder, "--replace-labels")
    #expect(
      changed.output == "yolo: uploaded 0 images (0 B) in 0:00, relabelled 1, 2 there already\n")
    #expect(world.backend.state.withLock { $0.received } == 3)
    #expect(boxes[1]?.count == 1)
  }

  @Test func `takes only the parts that are named`() async throws {
    let outcome = await world.run("data", "import", "street", folder, "--split", "val,test")
    #expect(outcome.exit == .success)
    #expect(boxes == [[]])
    let wrong = await world.run("data", "import", "street", folder, "--split", "val,some")
    #expect(wrong.exit == .usage)
    let none = await world.run("data", "import", "street", folder, "--split", "test")
    #expect(none.complaints == "error: no image to import in \(folder)\n")
    #expect(none.exit == .local)
  }

  @Test func `imports nothing as long as a line is bad`() async throws {
    try world.folder.write("set/labels/val/2.txt", "0 0.5 0.5 0.2 0.4\n9 0.5 0.5 0.2 0.4\n")
    let outcome = await world.run("data", "import", "street", folder)
    #expect(outcome.exit == .local)
    #expect(outcome.output == "")
    #expect(
      outcome.complaints == """
        bad: 1 line
          labels/val/2.txt:2: class '9'; there are 2 classes, from 0
        error: 1 problem in \(folder); nothing was imported (try: mend them, or --skip-bad imports \
        the rest)

        """)
    #expect(world.backend.state.withLock { $0.received } == 0)
    let json = await world.run("data", "import", "street", folder, "--json")
    #expect(json.exit == .local)
    #expect(json.output.contains("\"line\":2"))
    #expect(
      json.complaints == """
        {"code":9,"message":"1 problem in \(folder); nothing was imported",\
        "hint":"mend them, or --skip-bad imports the rest"}

        """)
    let skipping = await world.run("data", "import", "street", folder, "--skip-bad")
    #expect(skipping.exit == .success)
    #expect(skipping.complaints.hasPrefix("left out: 1 line\n  labels/val/2.txt:2: class '9'"))
    #expect(boxes.map { $0?.count } == [2, 0, 1])
  }

  /// Files of a data set in each format with one bad line, and what is said of that.
  private static let damaged: [(DataSetFormat, [String: String], reason: String)] = [
    (
      .coco,
      [
        "annotations/instances_train.json": """
        {"images": [{"id": 7, "file_name": "a.png"}], "categories": [{"id": 1, "name": "car"}],
        "annotations": [{"image_id": 7, "category_id": 1, "bbox": [40, 15, 20, 20]},
        {"image_id": 9, "category_id": 1, "bbox": [1, 1, 5, 5]}]}
        """
      ],
      "annotations/instances_train.json:3: an annotation of the image with id 9, which is not there"
    ),
    (
      .voc,
      [
        "Annotations/a.xml":
          "<annotation><filename>a.png</filename><object><name>car</name><bndbox>"
          + "<xmin>40</xmin><ymin>15</ymin><xmax>60</xmax><ymax>35</ymax></bndbox></object>"
          + "</annotation>",
        "Annotations/b.xml": "<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>"
          + "<annotation><filename>&x;</filename></annotation>",
      ], "Annotations/b.xml:1: a DOCTYPE or declaration; these are refused"
    ),
    (
      .yolo,
      [
        "data.yaml": "train: images\nnames: [car]\n", "labels/a.txt": "0 0.5 0.5 0.2 0.4\n",
        "labels/gone.txt": "0 0.5 0.5 0.2 0.4\n",
      ], "labels/gone.txt"
    ),
  ]

  @Test(arguments: damaged)
  func `of any format leaves bad lines out if told so, and else imports nothing`(
    format: DataSetFormat, files: [String: String], reason: String
  ) async throws {
    let folder = world.folder.path + "/damaged"
    let images = format == .voc ? "JPEGImages" : "images"
    for (name, text) in files { try world.folder.write("damaged/\(name)", text) }
    try world.folder.write("damaged/\(images)/a.png")
    try picture(77).write(to: URL(fileURLWithPath: "\(folder)/\(images)/a.png"))
    let refused = await world.run("data", "import", "street", folder)
    #expect(refused.exit == .local)
    #expect(refused.complaints.contains("bad: 1 line\n  \(reason)"), "\(refused.complaints)")
    #expect(boxes == [])
    let outcome = await world.run("data", "import", "street", folder, "--skip-bad")
    #expect(outcome.exit == .success)
    #expect(outcome.complaints.hasPrefix("left out: 1 line\n  \(reason)"))
    #expect(boxes == [[Box(xMin: 40, yMin: 15, xMax: 60, yMax: 35, className: "car")]])
  }

  @Test func `tells what kind of project it needs`() async throws {
    _ = await world.run("project", "create", "pets", "--type", "classification")
    let outcome = await world.run("data", "import", "pets", folder)
    #expect(outcome.exit == .local)
    #expect(
      outcome.complaints
        == "error: project pets holds a class for each image; this data set has boxes "
        + "(try: diyml project create NAME --type detection)\n")
  }

  @Test func `tells what is not a data set`() async throws {
    let none = await world.run("data", "import", "street", folder + "/none")
    #expect(none.complaints == "error: no folder \(folder)/none\n")
    #expect(none.exit == .local)
    try world.folder.write("set/data.yaml", "names: [a\n")
    let broken = await world.run("data", "import", "street", folder)
    #expect(
      broken.complaints == "error: data.yaml line 1: a bracket that is not closed\n")
    #expect(await world.run("data", "import", "street", folder, "--format", "x").exit == .usage)
  }

  @Test(arguments: [DataSetFormat.yolo, .coco, .voc, .csv])
  func `and exporting it brings the same back`(format: DataSetFormat) async throws {
    _ = await world.run("data", "import", "street", folder)
    let target = world.folder.path + "/out"
    let outcome = await world.run(
      "data", "export", "street", target, "--format", format.rawValue)
    #expect(outcome.complaints.hasSuffix("exporting 3/3 images\n"))
    #expect(outcome.output == "exported 3 images (90 B) in 0:00\n")
    let reading = try DataSetReader(folder: target).read()
    #expect(reading.format == format)
    #expect(reading.problems.kept.map(\.description) == [])
    let box = LabeledBox(className: "bus", xMin: 40, yMin: 15, xMax: 60, yMax: 35)
    guard case .boxes(let boxes) = reading.dataSet.images.first?.label else {
      Issue.record("no boxes")
      return
    }
    #expect(boxes.first == box)
    let again = await world.run(
      "data", "export", "street", target, "--format", format.rawValue)
    #expect(again.output == "exported 0 images (0 B) in 0:00, 3 there already\n")
  }

  @Test func `refuses to export over another image, or what the format cannot hold`() async throws {
    _ = await world.run("data", "import", "street", folder)
    let target = world.folder.path + "/out"
    try world.folder.write("out/images/0.png", "other")
    let outcome = await world.run("data", "export", "street", target, "--format", "coco")
    #expect(outcome.exit == .local)
    #expect(outcome.complaints.contains("\(target)/images/0.png is there and is another image"))
    let folders = await world.run("data", "export", "street", target, "--format", "folder")
    #expect(folders.complaints == "error: the format folder cannot hold boxes\n")
  }
}

@Suite struct `An export's names` {
  private func plan(_ names: [String], _ format: DataSetFormat = .voc) -> ExportPlan {
    let points = names.enumerated().map { number, name in
      Image(
        id: String(repeating: "\(number)", count: 64), fileName: name,
        annotation: Annotation(value: .className("cat")), format: .jpeg, width: 4, height: 3)
    }
    return ExportPlan(points, classes: [Class(name: "cat")], format: format)
  }

  @Test func `are harmless and unlike each other`() {
    let paths = plan(
      ["a.jpg", "A.JPEG", "../../b.jpg", ".hidden", "", "c.png", "..", "a.jpg"], .folder
    ).images.map(\.labeled.path)
    #expect(
      paths == [
        "cat/a.jpg", "cat/A-1111111111111111.JPEG", "cat/image.._.._b.jpg", "cat/image.hidden.jpg",
        "cat/image.jpg", "cat/c.png.jpg", "cat/image...jpg", "cat/a-7777777777777777.jpg",
      ])
  }

  @Test func `are bounded, and unlabelled images have none`() {
    let long = plan([String(repeating: "ü", count: 127)]).images.map(\.labeled.path)
    #expect(long == ["JPEGImages/\(String(repeating: "ü", count: 100)).jpg"])
    let plan = ExportPlan([Image(id: "x")], classes: [], format: .csv)
    #expect(plan.images.isEmpty)
    #expect(plan.unlabeledCount == 1)
  }
}
