import API
import Codec
import RPCCore
import Store
import Testing

@testable import Services

struct TrainingDataSetTests {
  private let classes = ["cat", "dog"]

  /// Puts an image whose bytes are its name; names alone decide on hashes.
  private func put(
    _ name: String, _ className: String?, looks perceptualHash: UInt64, into project: String,
    of user: TestUser, _ world: JobsWorld
  ) async throws {
    _ = try await world.store.putImage(
      world.store.stage(Array(name.utf8)),
      image: ImageFacts(format: .png, width: 64, height: 48, perceptualHash: perceptualHash),
      annotation: className.map { .className($0) }, fileName: "", inProject: project, of: user.id,
      at: world.now)
  }

  private func emptyProject(
    _ name: String, of user: TestUser, _ world: JobsWorld
  ) async throws {
    try await world.project(name, of: user, classes: classes, images: 0)
  }

  @Test func `the order of upload does not matter, and unlabelled images are left out`()
    async throws
  {
    let world = try JobsWorld.answering()
    let ada = try await world.user("ada")
    let images = [("a", "cat"), ("b", "cat"), ("c", "dog"), ("d", "dog")]
    for (project, order) in [("p1", images), ("p2", images.reversed())] {
      try await emptyProject(project, of: ada, world)
      for (place, image) in order.enumerated() {
        let looks = UInt64(image.0.utf8.first ?? 0) &* 0x9E37_79B9_7F4A_7C15
        try await put(image.0, image.1, looks: looks, into: project, of: ada, world)
        try await put(
          "unlabelled \(project) \(place)", nil, looks: 0, into: project, of: ada, world)
      }
    }
    var sets: [FrozenDataSet] = []
    for project in ["p1", "p2"] {
      let training = try await world.store.queueTraining(
        ofProject: project, of: ada.id, parameters: [], at: world.now,
        freeze: TrainingDataSet.freeze)
      sets.append(try await world.store.frozenDataSet(of: training.id))
    }
    #expect(sets[0].classNames == classes && sets[0].examples.count == 4)
    #expect(sets[0] == sets[1])
    #expect(sets[0].examples.map(\.group) == [0, 1, 2, 3])
  }

  @Test func `images that look alike are of one group`() async throws {
    let world = try JobsWorld.answering()
    let ada = try await world.user("ada")
    try await emptyProject("pets", of: ada, world)
    let base: UInt64 = 0x0F0F_0F0F_0F0F_0F0F
    // 3 of 64 bits differ: alike. 4: not.
    for (name, className, looks) in [
      ("a", "cat", base), ("b", "cat", base ^ 0b111), ("c", "dog", base ^ 0xF000_0000_0000_0000),
      ("d", "dog", ~base),
    ] {
      try await put(name, className, looks: looks, into: "pets", of: ada, world)
    }
    let set = try await world.store.examine(
      project: "pets", of: ada.id, TrainingDataSet.freeze)
    var groups: [Int32: Int] = [:]
    for example in set.examples { groups[example.group, default: 0] += 1 }
    #expect(groups.values.sorted() == [1, 1, 2])
  }

  @Test(arguments: [(500, true), (501, false)])
  func `the classes to train are bounded`(count: Int, isAccepted: Bool) {
    if isAccepted {
      #expect(throws: Never.self) { try TrainingDataSet.checkClassCount(count, max: 500) }
    } else {
      let refused = #expect(throws: Status.self) {
        try TrainingDataSet.checkClassCount(count, max: 500)
      }
      #expect(refused?.code == .failedPrecondition && refused?.message.contains("501") == true)
    }
  }

  @Test func `images and boxes are bounded, and counted without a look at them`() async throws {
    let world = try JobsWorld.answering()
    let ada = try await world.user("ada")
    try await emptyProject("pets", of: ada, world)
    var project = try await world.store.project(named: "pets", of: ada.id).message
    project.labeledImageCount = 150_000
    try TrainingDataSet.checkSize(of: project, boxCount: 100_000)
    let refused = #expect(throws: Status.self) {
      try TrainingDataSet.checkSize(of: project, boxCount: 100_001)
    }
    #expect(refused?.code == .failedPrecondition && refused?.message.contains("250001") == true)
  }

  @Test func `metrics of as many classes as can be trained fit into a message`() throws {
    let count = TrainingDataSet.classesMax
    let names = (0..<count).map { "class \($0)" }
    let metrics = ModelMetrics(
      accuracy: 1, classes: names.map { .init(className: $0) },
      confusion: [Int32](repeating: 1_000, count: count * count))
    try metrics.check(classNames: names)
    #expect(try ModelMetrics(serialized: metrics.serialized()) == metrics)
    #expect(try metrics.serialized().count < Limits().messageBytesMax)
  }
}
