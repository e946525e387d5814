import API
import Cryptography
import DataSets
import Foundation
import RPCCore

/// Writes a project's images and labels into a folder.
struct DataSetExport: Sendable {
  struct Outcome: Sendable, Encodable {
    var saved = 0
    /// Images that were there already.
    var unchanged = 0
    var bytes: Int64 = 0
    var boxes = 0
    var unlabeled = 0
    var seconds = 0.0
  }

  let context: CommandContext
  let clients: Clients
  let project: String
  let folder: String
  let format: DataSetFormat

  private static let callsMax = 4

  func run() async throws -> Outcome {
    let started = context.system.now()
    let classes = try await clients.data.getClasses(
      GetClassesRequest(project: project), options: clients.options
    ).classes
    let stored = try await clients.images(ListImagesRequest(project: project)).images
    let plan = ExportPlan(stored, classes: classes, format: format)
    let writer = DataSetWriter(format: format)
    _ = try writer.files(of: plan.dataSet)  // what cannot be said is known before images travel
    let outcome = Shared(Outcome(boxes: plan.boxCount, unlabeled: plan.unlabeledCount))
    let status = context.statusLine()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for (index, image) in plan.images.enumerated() {
        if index >= Self.callsMax { try await group.next() }
        group.addTask {
          let isNew = try await save(image)
          let done = outcome.withLock { outcome in
            if isNew {
              outcome.saved += 1
              outcome.bytes += image.bytes
            } else {
              outcome.unchanged += 1
            }
            return outcome.saved + outcome.unchanged
          }
          status.show(
            "exporting \(done)/\(plan.images.count) images", at: context.system.now(),
            always: done == plan.images.count)
        }
      }
      try await group.waitForAll()
    }
    status.finish()
    try writer.write(plan.dataSet, to: folder)
    let seconds = context.system.now().timeIntervalSince(started)
    return outcome.withLock { outcome in
      outcome.seconds = seconds
      return outcome
    }
  }

  /// - Returns: Whether the image was not there yet.
  private func save(_ image: ExportPlan.Placed) async throws -> Bool {
    let path = "\(folder)/\(image.labeled.path)"
    if FileManager.default.fileExists(atPath: path) {
      let there = try Data(contentsOf: URL(fileURLWithPath: path))
      guard lowerHex(SHA256.hash(there)) == image.id else {
        throw CommandFailure.local(
          "\(path) is there and is another image", hint: "export into an empty folder")
      }
      return false
    }
    try FileManager.default.createDirectory(
      atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
    let file = try OutputFile(path: path, overwrites: false)
    let request = DownloadImageRequest(project: project, id: image.id)
    try await clients.data.downloadImage(request, options: clients.streamOptions) { parts in
      for try await part in parts { try file.write(part.chunk) }
    }
    try file.finish(bytes: image.bytes)
    return true
  }
}
