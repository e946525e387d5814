import API
import RPCCore
import SeededRandom
import Store
import TestSupport
import Testing

@testable import Services

struct DuplicateGroupsTests {
  private static let cases: [([UInt64], [UInt32])] = [
    ([], []), ([5], [0]), ([5, 5, 5], [0, 0, 0]), ([0, 0b111], [0, 0]), ([0, 0b1111], [0, 1]),
    ([0, 0x8000_0000_8000_8000], [0, 0]), ([0, .max, 1, .max - 1], [0, 1, 0, 1]),
    // The ends differ in six bits but the one between them is like both.
    ([0, 0b111, 0b111_111], [0, 0, 0]), ([0, 0b111_111, 0b111], [0, 0, 0]),
  ]

  @Test(arguments: cases)
  func `hashes up to three bits apart are one group`(hashes: [UInt64], groups: [UInt32]) {
    #expect(duplicateGroups(of: hashes) == groups)
  }

  @Test(arguments: 0..<20 as Range<UInt64>)
  func `the groups are those of comparing every pair`(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var hashes: [UInt64] = []
    for _ in 0..<60 {
      if let near = hashes.randomElement(using: &random), Bool.random(using: &random) {
        let flips = (0..<Int.random(in: 0...5, using: &random)).map { _ in
          UInt64(1) << UInt64.random(in: 0..<64, using: &random)
        }
        hashes.append(flips.reduce(near, ^))
      } else {
        hashes.append(random.next())
      }
    }
    #expect(duplicateGroups(of: hashes) == plainGroups(of: hashes))
  }

  /// The plain way: spread the lowest number until nothing changes.
  private func plainGroups(of hashes: [UInt64]) -> [UInt32] {
    var lowest = Array(hashes.indices)
    var changed = true
    while changed {
      changed = false
      for left in hashes.indices {
        for right in hashes.indices
        where (hashes[left] ^ hashes[right]).nonzeroBitCount <= 3 && lowest[right] > lowest[left] {
          lowest[right] = lowest[left]
          changed = true
        }
      }
    }
    var numbers: [Int: UInt32] = [:]
    return lowest.map { place in
      let number = numbers[place] ?? UInt32(numbers.count)
      numbers[place] = number
      return number
    }
  }

  @Test func `50,000 images are grouped in no time`() {
    var random = SeededGenerator(seed: 1)
    let hashes = (0..<50_000).map { _ in random.next() }
    let took = ContinuousClock().measure { _ = duplicateGroups(of: hashes) }
    #expect(took < .seconds(30))
  }
}

struct AnalysisTests {
  private func analysis(
    _ clients: DataWorld.Clients, _ options: CallOptions
  ) async throws -> AnalyzeProjectResponse {
    try await clients.data.analyzeProject(.init(project: "pets"), options: options)
  }

  private func label(_ name: String) -> Annotation { Annotation(value: .className(name)) }

  @Test func `an empty project says what is missing`() async throws {
    try await DataWorld().serve { clients in
      let ada = try await clients.account()
      _ = try await clients.data.createProject(
        .init(project: "pets", type: .classification), options: ada)
      let none = try await analysis(clients, ada)
      #expect(!none.readyToTrain && none.dataPoints == 0 && none.widthMedian == 0)
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
        before.findings.first?.message == "the class 'dog' has 1 images; at least 2 are needed")
      try await clients.put("e", label("dog"), ada)
      let after = try await analysis(clients, ada)
      #expect(after.readyToTrain)
      #expect(after.classCounts.map(\.images) == [3, 2])
      #expect(after.dataPoints == 5 && after.labeled == 5 && after.bytes == 5)
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
      #expect(answer.labeled == 4)
      #expect(answer.classCounts.map(\.images) == [2, 2])
      #expect(answer.classCounts.map(\.boxes) == [4, 2])
      #expect(
        answer.findings.filter { $0.count > 0 }.map { "\($0.kind) \($0.count)" }
          == ["tiny-image 1", "box-out-of-range 1", "box-degenerate 1"])
    }
  }
}
