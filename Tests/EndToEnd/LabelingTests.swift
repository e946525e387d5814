import API
import Codec
import Foundation
import RPCCore
import SeededRandom
import Synchronization
import TestSupport
import Testing

extension ProgramTests {
  /// Two people label one project at once, while a third renames classes and a fourth uploads the
  /// images again.
  @Suite(.serialized, .timeLimit(.minutes(5))) struct LabelingTests {
    /// `make labeling` sets 60.
    private static let seconds =
      ProcessInfo.processInfo.environment["DIYML_LABELING_SECONDS"].flatMap(Int.init) ?? 6
    private static let images = (0..<1_000).map { SyntheticImages.blobs(.red, seed: 600_000 + $0) }

    @Test func `no label is lost, and who was too late is told so`() async throws {
      try await House.with(.tcp) { caller in
        let room = try await LabelingRoom(caller, images: Self.images)
        let end = ContinuousClock.now + .seconds(Self.seconds)
        try await withThrowingTaskGroup(of: Void.self) { group in
          for seed in [UInt64(1), 2] {
            group.addTask { try await room.label(seed: seed, until: end) }
          }
          group.addTask { try await room.rename(until: end) }
          group.addTask { try await room.upload(Self.images, until: end) }
          try await group.waitForAll()
        }
        let score = try await room.check()
        print(
          "result: labeling seconds=\(Self.seconds) labels=\(score.labels) conflicts=\(score.conflicts)"
            + " renames=\(score.renames) uploads=\(score.uploads) lost=\(score.lost)")
        #expect(score.lost == 0)
        #expect(score.labels > 0 && score.conflicts > 0 && score.renames > 0 && score.uploads > 0)
      }
    }
  }
}

/// A project that several people work on, and a model of what each of them was told.
///
/// The model: every label that was set names the etag that its writer had read and the one that it got.
/// None was lost if those of an image form a chain from the image's first etag to its last, and if the
/// last one's class is what the server says of the image. Names of classes are never used twice, so
/// that a name stands for one class at all times.
private final class LabelingRoom: Sendable {
  struct Score {
    var labels = 0
    var conflicts = 0
    var renames = 0
    var uploads = 0
    var lost = 0
  }

  private struct Label {
    let read: String
    let got: String
    let classID: Int32
  }

  private struct Ledger {
    var score = Score()
    var labels: [String: [Label]] = [:]
    /// Stale etags that were answered with ABORTED, by image.
    var refused: [(image: String, etag: String)] = []
    var idsByName: [String: Int32] = [:]
  }

  private let data: DataClient
  private let options: CallOptions
  private let project = "pets"
  /// As the images were before anyone began.
  private let first: [String: Image]
  private let ledger = Mutex(Ledger())

  init(_ caller: any Caller, images: [[UInt8]]) async throws {
    data = DataClient(caller)
    let token = try await AuthClient(caller).createAccount(
      CreateAccountRequest(user: "ada", password: World.password))
    options = World.options(token: token.secret)
    _ = try await data.createProject(
      CreateProjectRequest(project: project, type: .classification), options: options)
    let list = try await data.setClasses(
      SetClassesRequest(
        project: project, classes: (0..<8).map { Class(name: "class \($0) by nobody") }),
      options: options)
    let name = list.classes[0].name
    // The engine looks at each image, which takes a busy machine a while.
    var patient = options
    patient.timeout = .seconds(240)
    let answer = try await data.putImages(options: patient) { [project] writer in
      try await writer.write(PutImagesRequest(part: .start(.init(project: project))))
      for image in images {
        try await writer.write(
          PutImagesRequest(
            part: .begin(
              .init(sizeBytes: Int64(image.count), annotation: Annotation(name)))))
        try await writer.write(PutImagesRequest(part: .chunk(Bytes(image))))
      }
    }
    try #require(answer.refused.isEmpty)
    let stored = answer.stored.compactMap(\.image)
    first = Dictionary(stored.map { ($0.id, $0) }) { $1 }
    try #require(first.count == images.count)
    learn(list)
  }

  private func learn(_ list: ClassList) {
    ledger.withLock { for entry in list.classes { $0.idsByName[entry.name] = entry.id } }
  }

  private func classes() async throws -> ClassList {
    let list = try await data.getClasses(GetClassesRequest(project: project), options: options)
    learn(list)
    return list
  }

  /// Reads an image, looks at it for a moment, and says what is on it.
  func label(seed: UInt64, until end: ContinuousClock.Instant) async throws {
    var random = SeededGenerator(seed: seed)
    let ids = first.keys.sorted()
    while ContinuousClock.now < end {
      // Mostly the same few images, or the two would seldom meet.
      let id = ids[
        Int.random(in: 0..<(Bool.random(using: &random) ? 5 : ids.count), using: &random)]
      let image = try await data.getImage(
        GetImageRequest(project: project, id: id), options: options)
      let names = try await classes().classes.map(\.name)
      let name = try #require(names.randomElement(using: &random))
      await Task.yield()
      do {
        let labeled = try await data.setAnnotation(
          SetAnnotationRequest(
            project: project, id: id, annotation: Annotation(name), etag: image.etag),
          options: options)
        ledger.withLock { ledger in
          ledger.score.labels += 1
          ledger.labels[id, default: []].append(
            Label(read: image.etag, got: labeled.etag, classID: ledger.idsByName[name] ?? 0))
        }
      } catch let status as Status {
        switch status.reason {
        case .changedMeanwhile:
          #expect(status.code == .aborted && status.info?.metadata["by"] == "ada", "\(status)")
          ledger.withLock { ledger in
            ledger.score.conflicts += 1
            ledger.refused.append((id, image.etag))
          }
        // The class was renamed between the two calls.
        case .unknownClass: continue
        default: throw status
        }
      }
    }
  }

  func rename(until end: ContinuousClock.Instant) async throws {
    var number = 0
    while ContinuousClock.now < end {
      let list = try await classes()
      let entry = list.classes[number % list.classes.count]
      number += 1
      let renamed = try await data.updateClass(
        UpdateClassRequest(
          project: project, id: entry.id, name: "class \(entry.id) by name \(number)",
          etag: list.etag), options: options)
      learn(renamed)
      ledger.withLock { $0.score.renames += 1 }
      // Twice with what was read once.
      let refused = await status {
        try await data.updateClass(
          UpdateClassRequest(project: project, id: entry.id, name: "late", etag: list.etag),
          options: options)
      }
      #expect(refused?.reason == .changedMeanwhile)
      try await Task.sleep(for: .milliseconds(20))
    }
  }

  /// Uploads the images with labels of its own, which are to change none.
  func upload(_ images: [[UInt8]], until end: ContinuousClock.Instant) async throws {
    var random = SeededGenerator(seed: 3)
    while ContinuousClock.now < end {
      let name = try #require(try await classes().classes.first?.name)
      let image = try #require(images.randomElement(using: &random))
      do {
        let answer = try await data.putImage(
          PutImageRequest(
            project: project, image: Bytes(image), annotation: Annotation(name)),
          options: options)
        #expect(!answer.created)
        ledger.withLock { $0.score.uploads += 1 }
      } catch let status as Status where status.reason == .unknownClass {
        continue
      }
    }
  }

  /// Compares what the server has with what everybody was told.
  func check() async throws -> Score {
    _ = try await classes()
    let images = try await everyPage { token in
      let page = try await self.data.listImages(
        ListImagesRequest(project: self.project, pageToken: token), options: self.options)
      return (page.images, page.nextPageToken)
    }
    #expect(images.count == first.count)
    return ledger.withLock { ledger in
      for image in images {
        let labels = (ledger.labels[image.id] ?? []).sorted {
          (Int($0.got) ?? 0) < (Int($1.got) ?? 0)
        }
        let isChain =
          labels.first?.read == first[image.id]?.etag || labels.isEmpty
        let links = zip(labels, labels.dropFirst()).allSatisfy { $0.got == $1.read }
        let classID = ledger.idsByName[image.annotation?.className ?? ""]
        let isLast =
          labels.last.map { $0.got == image.etag && $0.classID == classID }
          ?? (image.etag == first[image.id]?.etag)
        if !(isChain && links && isLast) { ledger.score.lost += 1 }
      }
      for (id, etag) in ledger.refused {
        // Refused with good reason: somebody has written since.
        #expect(ledger.labels[id]?.contains { $0.read == etag } == true, "\(id) at \(etag)")
      }
      return ledger.score
    }
  }
}

extension Annotation {
  fileprivate var className: String? {
    guard case .className(let name) = value else { return nil }
    return name
  }
}
