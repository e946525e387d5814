import API
import RPCCore
import SeededRandom
import Store
import TestSupport
import Testing

@testable import Services

struct AnalysisTests {
  private func analysis(
    _ clients: DataWorld.Clients, _ options: CallOptions
  ) async throws -> API.ProjectAnalysis {
    try await clients.data.analyzeProject(.init(project: "pets"), options: options)
  }

  private func label(_ name: String) -> Annotation { Annotation(value: .className(name)) }

  @Test func `an empty project says what is missing`() async throws {
    try await DataWorld().serve { clients in
      let ada = try await clients.account()
      _ = try await clients.data.createProject(
        .init(project: "pets", type: .classification), options: ada)
      let none = try await analysis(clients, ada)
      #expect(!none.readyToTrain && none.imageCount == 0 && none.widthMedian == 0)
      #expect(none.findings.map(\.kind) == ["too-few-classes"])
      _ = try await clients.data.setClasses(
        .init(project: "pets", classes: [Class(name: "cat"), Class(name: "dog")]), options: ada)
      let empty = try await analysis(clients, ada)
      #expect(empty.findings.map(\.kind) == ["too-few-images", "too-few-images"])
      #expect(empty.findings.allSatisfy { $0.severity == .error })
      #expect(empty.classCounts.map(\.images) == [0, 0])
    }
  }

  @Test func `two images of each class are enough, one is not`() async throws {
    try await DataWorld().serve { clients in
      let ada = try await clients.account()
      try await clients.project(ada)
      for text in ["a", "b", "c"] { try await clients.put(text, label("cat"), ada) }
      try await clients.put("d", label("dog"), ada)
      let before = try await analysis(clients, ada)
      #expect(!before.readyToTrain)
      #expect(
        before.findings.first?.message == "the class 'dog' has 1 image; at least 2 are needed")
      try await clients.put("e", label("dog"), ada)
      let after = try await analysis(clients, ada)
      #expect(after.readyToTrain)
      #expect(after.classCounts.map(\.images) == [3, 2])
      #expect(after.imageCount == 5 && after.labeledImageCount == 5 && after.sizeBytes == 5)
      #expect(after.widthMedian == 640 && after.heightMedian == 480)
      #expect(after.findings.map(\.kind) == ["few-images", "few-images"])
      #expect(after.findings.allSatisfy { $0.severity == .warning })
    }
  }

  @Test func `duplicates, conflicts, missing labels and imbalance are found`() async throws {
    try await DataWorld().serve { clients in
      let ada = try await clients.account()
      try await clients.project(ada)
      for number in 0..<23 { try await clients.put("cat \(number)", label("cat"), ada) }
      for text in ["dog~1", "dog~2"] { try await clients.put(text, label("dog"), ada) }
      try await clients.put("odd~1", label("cat"), ada)
      try await clients.put("odd~2", label("dog"), ada)
      try await clients.put("bare", ada)
      var answer = try await analysis(clients, ada)
      #expect(answer.duplicateGroupCount == 2)
      #expect(answer.duplicates.map(\.conflicting) == [false, true])
      #expect(answer.duplicates.map(\.ids.count) == [2, 2])
      let counts = Dictionary(uniqueKeysWithValues: answer.findings.map { ($0.kind, $0.count) })
      #expect(
        counts == ["few-images": 0, "unlabeled": 1, "duplicates": 2, "conflicting-duplicates": 2])
      #expect(answer.readyToTrain)
      for number in 23..<30 { try await clients.put("cat \(number)", label("cat"), ada) }
      answer = try await analysis(clients, ada)
      #expect(answer.findings.map(\.kind).contains("imbalanced"))
      #expect(answer.classCounts.map(\.images) == [31, 3])
    }
  }

  @Test func `lists of images stop at 100 and say how many there are`() async throws {
    try await DataWorld().serve { clients in
      let ada = try await clients.account()
      try await clients.project(ada)
      for number in 0..<101 { try await clients.put("same~\(number)", ada) }
      let answer = try await analysis(clients, ada)
      let unlabeled = try #require(answer.findings.first { $0.kind == "unlabeled" })
      #expect(unlabeled.ids.count == 100 && unlabeled.count == 101)
      #expect(answer.duplicates.map(\.ids.count) == [100])
    }
  }

  @Test func `a detection project has its boxes examined`() async throws {
    let eye = FakeEye { bytes in
      var answer = try FakeEye.usual(bytes)
      if String(decoding: bytes, as: UTF8.self) == "tiny" { answer.width = 31 }
      return answer
    }
    try await DataWorld(eye: eye).serve { clients in
      let ada = try await clients.account()
      try await clients.project("pets", .detection, ada)
      func boxes(_ boxes: Box...) -> Annotation {
        Annotation(value: .boxes(Boxes(boxes: boxes)))
      }
      let good = Box(xMin: 0, yMin: 0, xMax: 640, yMax: 480, className: "cat")
      let outside = Box(xMin: 0, yMin: 0, xMax: 641, yMax: 480, className: "dog")
      let thin = Box(xMin: 5, yMin: 5, xMax: 5.5, yMax: 9, className: "dog")
      try await clients.put("good", boxes(good, good, good), ada)
      try await clients.put("outside", boxes(outside), ada)
      try await clients.put("thin", boxes(thin, good), ada)
      try await clients.put("tiny", boxes(), ada)
      let answer = try await analysis(clients, ada)
      #expect(answer.readyToTrain)
      #expect(answer.labeledImageCount == 4)
      #expect(answer.classCounts.map(\.images) == [2, 2])
      #expect(answer.classCounts.map(\.boxes) == [4, 2])
      #expect(
        answer.findings.filter { $0.count > 0 }.map { "\($0.kind) \($0.count)" }
          == [
            "tiny-image 1", "box-out-of-range 1", "box-degenerate 1", "box-duplicate 1",
            "no-boxes 1",
          ])
      let figures = try #require(answer.boxes)
      #expect(figures.count == 6 && figures.imagesWithout == 1)
      #expect(counts(figures.perImage) == ["0": 1, "1": 1, "2": 1, "3": 1])
      #expect(figures.perImage.last?.end == nil && figures.perImage.last?.start == 100)
      #expect(counts(figures.relativeSizes) == ["0": 1, "0.75": 5])
      #expect(counts(figures.aspects) == ["0.125": 1, "1.25": 5])
      #expect([figures.small, figures.medium, figures.large] == [1, 0, 5])
      #expect(counts(answer.longSides) == ["256": 1, "512": 3])
    }
  }

  /// By where they begin, those that hold something.
  private func counts(_ bins: [API.ProjectAnalysis.Bin]) -> [String: Int32] {
    var counts: [String: Int32] = [:]
    for bin in bins where bin.count > 0 {
      counts[bin.start == bin.start.rounded() ? "\(Int(bin.start))" : "\(bin.start)"] = bin.count
    }
    return counts
  }

  @Test func `a classification project has no figures of boxes`() async throws {
    try await DataWorld().serve { clients in
      let ada = try await clients.account()
      try await clients.project(ada)
      try await clients.put("a", label("cat"), ada)
      let answer = try await analysis(clients, ada)
      #expect(answer.boxes == nil)
      #expect(counts(answer.aspects) == ["1.05": 1])
    }
  }
}

struct DuplicateExaminationTests {
  /// What is told of images of these groups, each with a label or none.
  private func told(_ numbers: [UInt32], _ labels: [Int?]) -> DuplicateExamination {
    DuplicateExamination(
      images: MappedArray(numbers.indices.map { Int64($0) }),
      labels: MappedArray(labels.map { $0.map { LabelMark(classPlace: Int32($0)) } ?? .none }),
      groups: MappedArray(numbers))
  }

  @Test(arguments: 0..<20 as Range<UInt64>)
  func `the lists are the beginnings of the whole ones`(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let labels = 1 + Int(seed % 3)
    var numbers: [UInt32] = []
    var next: UInt32 = 0
    for _ in 0..<2_000 {
      let isNew = numbers.isEmpty || Int.random(in: 0..<(seed < 10 ? 2 : 40), using: &random) == 0
      numbers.append(isNew ? next : UInt32.random(in: 0..<next, using: &random))
      next += isNew ? 1 : 0
    }
    let marks = numbers.map { _ in
      Bool.random(using: &random) ? Int.random(in: 0..<labels, using: &random) : nil
    }
    let told = told(numbers, marks)
    var groups = [[Int]](repeating: [], count: Int(next))
    for (image, number) in numbers.enumerated() { groups[Int(number)].append(image) }
    groups.removeAll { $0.count < 2 }
    func isConflicting(_ group: [Int]) -> Bool { Set(group.compactMap { marks[$0] }).count > 1 }
    #expect(told.groupCount == groups.count)
    #expect(told.groups.map(\.isConflicting) == groups.prefix(100).map(isConflicting))
    for (found, group) in zip(told.groups, groups) {
      #expect(found.images.count == group.count)
      #expect(found.images.first == group.prefix(100).map { Int64($0) })
    }
    for (list, isWanted) in [(told.conflicting, true), (told.alike, false)] {
      let images = groups.filter { isConflicting($0) == isWanted }.joined()
      #expect(list.count == images.count)
      #expect(list.first == images.prefix(100).map { Int64($0) })
    }
  }

  @Test(
    arguments: [([], 0), ([3], 3), ([3, 1], 3), ([5, 1, 3], 3), ([1, 9, 9, 2], 9)]
      as [([Int32], Int32)])
  func `of an even number of sides the upper one of the middle two is the median`(
    values: [Int32], median: Int32
  ) {
    var sides = Sides()
    for value in values { sides.count(value) }
    #expect(sides.median == median)
  }
}

struct ReadinessTests {
  private func box(_ name: String, _ edges: [Double] = [0, 0, 9, 9]) -> Box {
    Box(xMin: edges[0], yMin: edges[1], xMax: edges[2], yMax: edges[3], className: name)
  }

  private func errors(
    _ kind: ProjectType, classes: [String], _ annotations: [(String, Annotation)]
  ) async throws -> [String] {
    try await DataWorld().serve { clients in
      let ada = try await clients.account()
      _ = try await clients.data.createProject(.init(project: "pets", type: kind), options: ada)
      _ = try await clients.data.setClasses(
        .init(project: "pets", classes: classes.map { Class(name: $0) }), options: ada)
      for (text, annotation) in annotations { try await clients.put(text, annotation, ada) }
      let answer = try await clients.data.analyzeProject(.init(project: "pets"), options: ada)
      let errors = answer.findings.filter { $0.severity == .error }.map(\.message)
      #expect(answer.readyToTrain == errors.isEmpty)
      return errors
    }
  }

  private func boxes(_ boxes: Box...) -> Annotation {
    Annotation(value: .boxes(Boxes(boxes: boxes)))
  }

  @Test func `a detection project may have one class, but not one image`() async throws {
    let one = [("a", boxes(box("cat")))]
    #expect(
      try await errors(.detection, classes: ["cat"], one)
        == ["1 image with boxes that do not look the same; at least 2 are needed"])
    #expect(try await errors(.detection, classes: ["cat"], one + [("b", boxes(box("cat")))]) == [])
    // Background does not count, nor does what looks like another.
    #expect(try await errors(.detection, classes: ["cat"], one + [("b", boxes())]).count == 1)
    let alike = [("a~1", boxes(box("cat"))), ("a~2", boxes(box("cat")))]
    #expect(try await errors(.detection, classes: ["cat"], alike).count == 1)
  }

  @Test func `a class needs a box that can be learned`() async throws {
    let thin = box("dog", [5, 5, 5.5, 9])
    let rest = [("a", boxes(box("cat"), thin)), ("b", boxes(box("cat")))]
    #expect(
      try await errors(.detection, classes: ["cat", "dog"], rest)
        == ["the class 'dog' has no box of at least a pixel; draw one, or drop the class"])
  }

  @Test func `a classification project needs two classes`() async throws {
    let cat = Annotation(value: .className("cat"))
    #expect(
      try await errors(.classification, classes: ["cat"], [("a", cat), ("b", cat)])
        == ["1 class; at least 2 are needed"])
  }
}

struct BoxExaminationTests {
  private func box(
    _ left: Double, _ top: Double, _ right: Double, _ bottom: Double, _ name: String = "cat"
  ) -> EngineBox {
    EngineBox(
      classIndex: name == "cat" ? 0 : 1, xMin: left, yMin: top, xMax: right, yMax: bottom)
  }

  @Test func `boxes are the same twice from an overlap of 0.95 on, in one class`() {
    let first = box(0, 0, 100, 100)
    #expect(BoxExamination.hasTwice([box(50, 50, 60, 60), first, first]))
    #expect(BoxExamination.hasTwice([first, box(5, 0, 100, 100)]))
    #expect(!BoxExamination.hasTwice([first, box(5.1, 0, 100, 100)]))
    #expect(!BoxExamination.hasTwice([first, box(0, 0, 100, 100, "dog")]))
    #expect(!BoxExamination.hasTwice([first]) && !BoxExamination.hasTwice([]))
    // Without area there is no overlap, but the same is the same.
    #expect(BoxExamination.hasTwice([box(1, 1, 1, 1), box(1, 1, 1, 1)]))
  }

  @Test(arguments: 0..<20 as Range<UInt64>)
  func `the sweep finds what comparing every pair finds`(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let boxes = (0..<40).map { _ in
      let left = Double.random(in: 0...3, using: &random)
      let top = Double.random(in: 0...3, using: &random)
      return box(left, top, left + 40, top + 40, Bool.random(using: &random) ? "cat" : "dog")
    }
    func overlap(_ one: EngineBox, _ other: EngineBox) -> Double {
      let width = min(one.xMax, other.xMax) - max(one.xMin, other.xMin)
      let height = min(one.yMax, other.yMax) - max(one.yMin, other.yMin)
      return width * height / (2 * 40 * 40 - width * height)
    }
    for count in 0...boxes.count {
      let some = Array(boxes.prefix(count))
      let hasTwice = some.indices.contains { left in
        some[(left + 1)...].contains {
          $0.classIndex == some[left].classIndex && overlap($0, some[left]) >= 0.95
        }
      }
      #expect(BoxExamination.hasTwice(some) == hasTwice)
    }
  }

  @Test func `a thousand boxes in one column are compared in no time`() {
    let boxes = (0..<1_000).map { box(0, Double($0) * 50, 40, Double($0) * 50 + 40) }
    let took = ContinuousClock().measure { #expect(!BoxExamination.hasTwice(boxes)) }
    #expect(took < .seconds(20))
  }

  @Test func `a histogram's ranges begin at their edges`() {
    var histogram = Histogram(from: [0, 1, 2])
    for value in [-1, 0, 0.99, 1, 2, 1e9] { histogram.count(value) }
    #expect(histogram.counts == [3, 1, 2])
  }
}
