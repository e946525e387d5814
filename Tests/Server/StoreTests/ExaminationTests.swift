import API
import Dispatch
import Foundation
import GRDB
import Testing

@testable import Store

struct ExaminationTests {
  private struct Seen: Equatable {
    var id: Int64
    var object: ObjectHash
    var label: TrainingExample.Label?
  }

  private func seen(
    _ examination: ProjectExamination, onlyLabeled: Bool = false
  ) throws -> [Seen] {
    var seen: [Seen] = []
    try examination.forEachImage(onlyLabeled: onlyLabeled) { image in
      #expect(image.width == 640 && image.height == 480 && image.perceptualHash == 7)
      #expect(image.isLabeled == (image.label != nil))
      seen.append(Seen(id: image.id, object: image.object, label: image.label))
    }
    return seen
  }

  @Test func `images come in the order of their upload, with their labels`() async throws {
    let fixture = try await StoreFixture()
    try await fixture.makeProject()
    try await fixture.makeProject("other")
    var points: [Image] = []
    for (text, label) in [("a", "dog"), ("b", nil), ("c", "cat")] as [(String, String?)] {
      try await fixture.put("other " + text, .className("cat"), in: "other")
      points.append(try await fixture.put(text, label.map { .className($0) }).image)
    }
    let labels: [TrainingExample.Label?] = [.classIndex(1), nil, .classIndex(0)]
    let ids = try await fixture.store.images(
      inProject: "pets", of: fixture.ada.id, filter: ImageFilter(), page: PageRequest()
    ).cursors
    let all = zip(ids, zip(points, labels)).map {
      Seen(id: $0, object: $1.0.object, label: $1.1)
    }
    let (found, labeled, objects, bytes) = try await fixture.store.examine(
      project: "PETS", of: fixture.ada.id
    ) { examination in
      let found = try seen(examination)
      return (
        found, try seen(examination, onlyLabeled: true),
        try examination.objects(ofImages: found.map(\.id).reversed()), try examination.bytes()
      )
    }
    #expect(found == all)
    #expect(labeled == [all[0], all[2]])
    #expect(objects == points.map(\.object).reversed())
    #expect(bytes == 3)
  }

  @Test func `each image has its own boxes`() async throws {
    let fixture = try await StoreFixture()
    try await fixture.makeProject("street", .detection)
    func box(_ place: Double, _ name: String) -> Box {
      Box(xMin: place, yMin: 1, xMax: 9, yMax: 9, className: name)
    }
    let labels: [[Box]?] = [
      [box(1, "dog"), box(0, "cat")], nil, [], [box(2, "cat")], nil, [box(4, "dog")],
    ]
    for (place, boxes) in labels.enumerated() {
      try await fixture.put("\(place)", boxes.map { .boxes($0) }, in: "street")
    }
    let found = try await fixture.store.examine(project: "street", of: fixture.ada.id) {
      try seen($0)
    }
    let wanted = labels.map { boxes -> TrainingExample.Label? in
      boxes.map { boxes in
        .boxes(
          boxes.map {
            EngineBox(
              classIndex: $0.className == "cat" ? 0 : 1, xMin: $0.xMin, yMin: $0.yMin,
              xMax: $0.xMax, yMax: $0.yMax)
          })
      }
    }
    #expect(found.map(\.label) == wanted)
  }

  @Test func `what is written meanwhile is not seen, and does not wait`() async throws {
    let fixture = try await StoreFixture(onDisk: true)
    try await fixture.makeProject()
    let first = try await fixture.put("a", .className("cat")).image
    let (began, written) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
    async let counts = fixture.store.examine(project: "pets", of: fixture.ada.id) { examination in
      let before = try seen(examination).count
      began.signal()
      written.wait()
      return (before, try seen(examination).count, try examination.bytes())
    }
    await wait(for: began)
    try await fixture.put("b")
    try await fixture.store.deleteImage(
      first.object, inProject: "pets", of: fixture.ada.id)
    written.signal()
    #expect(try await counts == (1, 1, 1))
    let project = try await fixture.store.project(named: "pets", of: fixture.ada.id)
    #expect(project.message.imageCount == 1)
  }

  @Test func `an examination ends when its caller has gone, running or waiting`() async throws {
    let fixture = try await StoreFixture(onDisk: true)
    try await fixture.makeProject()
    let store = fixture.store
    let ada = fixture.ada.id
    let began = DispatchSemaphore(value: 0)
    await withTaskGroup(of: Void.self) { group in
      // More than there are threads: some wait for their turn.
      for _ in 0..<6 {
        group.addTask {
          await #expect(throws: CancellationError.self) {
            try await store.examine(project: "pets", of: ada) { examination in
              began.signal()
              while true { try examination.check() }
            }
          }
        }
      }
      await wait(for: began)
      group.cancelAll()
    }
    #expect(try await store.examine(project: "pets", of: ada) { try seen($0) } == [])
  }

  @Test func `a project of another account is not found`() async throws {
    let fixture = try await StoreFixture()
    try await fixture.makeProject()
    let bob = try await fixture.makeAccount("bob", seed: 9)
    await #expect(throws: StoreError.notFound(.project, "pets")) {
      try await fixture.store.examine(project: "pets", of: bob.id) { _ in }
    }
  }

  @Test func `bytes are counted up and down`() async throws {
    let fixture = try await StoreFixture()
    try await fixture.makeProject()
    let long = try await fixture.put("four").image
    try await fixture.put("two")
    try await fixture.put("four", .className("cat"))
    func bytes() async throws -> UInt64 {
      try await fixture.store.examine(project: "pets", of: fixture.ada.id) { try $0.bytes() }
    }
    #expect(try await bytes() == 7)
    try await fixture.store.deleteImage(long.object, inProject: "pets", of: fixture.ada.id)
    #expect(try await bytes() == 3)
  }

  @Test(arguments: [
    ProjectExamination.allImages, ProjectExamination.labeledImages, ProjectExamination.allBoxes,
  ])
  func `no row is sorted or passed over`(sql: String) async throws {
    let fixture = try await StoreFixture()
    let plan = try await fixture.store.read { db in
      try Row.fetchAll(db, sql: "EXPLAIN QUERY PLAN " + sql, arguments: [1]).map {
        $0["detail"] as String
      }
    }
    #expect(plan.allSatisfy { $0.hasPrefix("SEARCH") }, "\(plan)")
  }
}

/// Waits for a signal of another thread without holding one of Swift's.
func wait(for semaphore: DispatchSemaphore) async {
  await withCheckedContinuation { continuation in
    Thread.detachNewThread {
      semaphore.wait()
      continuation.resume()
    }
  }
}
