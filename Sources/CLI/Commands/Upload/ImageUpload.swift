import API
import Foundation
import RPCCore

/// A whole upload: what is there is found out, what is missing is sent, labels are set right.
package struct ImageUpload: Sendable {
  package struct Outcome: Sendable, Encodable {
    package var uploaded = 0
    package var relabeled = 0
    /// Images that have another annotation in the project, which stayed.
    package var kept = 0
    package var unchanged = 0
    package var bytes: Int64 = 0
    package var seconds = 0.0
    package var classesAdded: [String] = []
    package var skipped: [LeftOut] = []
    package var refused: [LeftOut] = []
  }

  private let context: CommandContext
  private let clients: Clients
  private let project: String
  private let addsClasses: Bool
  private let replacesLabels: Bool

  package init(
    context: CommandContext, clients: Clients, project: String, addsClasses: Bool,
    replacesLabels: Bool = false
  ) {
    self.context = context
    self.clients = clients
    self.project = project
    self.addsClasses = addsClasses
    self.replacesLabels = replacesLabels
  }

  private var uploader: Uploader {
    Uploader(clients: clients, project: project, replacing: replacesLabels)
  }

  /// Uploads what was found, with a progress line on standard error.
  ///
  /// Of the classes that are added, those of `classNames` come first, in that order.
  package func run(
    _ found: ImageFinder.Found, classNames: [String] = []
  ) async throws -> Outcome {
    let started = context.system.now()
    let status = context.statusLine()
    var outcome = Outcome()
    outcome.skipped = found.skipped
    let (images, leftOut) = await HashedImage.read(found.images) { done in
      status.show(
        "reading \(done)/\(found.images.count) images", at: context.system.now())
    }
    outcome.refused = leftOut
    outcome.classesAdded = try await prepareClasses(classNames, images)
    let plan = UploadPlan(
      images: images,
      stored: try await clients.find(images.map(\.id), in: project),
      replacing: replacesLabels)
    outcome.unchanged = plan.unchanged
    outcome.skipped += plan.duplicates
    outcome.refused += plan.conflicts
    let progress = try await carryOut(plan, status)
    outcome.uploaded = progress.stored
    outcome.bytes = progress.bytesSent
    outcome.refused += progress.refused
    let keptMeanwhile = try await uploader.relabel(plan.relabel)
    outcome.relabeled = plan.relabel.count - keptMeanwhile
    outcome.kept = plan.kept + keptMeanwhile
    outcome.seconds = context.system.now().timeIntervalSince(started)
    return outcome
  }

  private func carryOut(
    _ plan: UploadPlan, _ status: StatusLine
  ) async throws -> UploadProgress {
    let tally = Shared(
      UploadProgress(imagesTotal: plan.send.count, startedAt: context.system.now()))
    defer { status.finish() }
    guard !plan.send.isEmpty else { return tally.withLock { $0 } }
    let columns = context.system.terminal.columns
    let bar = context.progressBar
    try await uploader.send(plan.send) { event in
      let progress = tally.withLock { progress in
        progress.received(event)
        return progress
      }
      let now = context.system.now()
      status.show(
        progress.line(at: now, columns: columns, bar: bar), at: now,
        always: progress.imagesDone == progress.imagesTotal)
    }
    return tally.withLock { $0 }
  }

  /// Adds the classes the project lacks.
  ///
  /// - Returns: The names of those added.
  /// - Throws: `CommandFailure.local` when there are such and none may be added.
  private func prepareClasses(
    _ listed: [String], _ images: [HashedImage]
  ) async throws -> [String] {
    let used = Set(images.flatMap { $0.annotation?.classNames ?? [] })
    let wanted = listed + used.subtracting(listed).sorted()
    guard !wanted.isEmpty else { return [] }
    let list = try await clients.data.getClasses(
      GetClassesRequest(project: project), options: clients.options)
    let present = list.classes
    let known = Set(present.map(\.name))
    let missing = wanted.filter { !known.contains($0) }
    guard !missing.isEmpty else { return [] }
    guard addsClasses else {
      let names = present.map(\.name).joined(separator: ", ")
      throw CommandFailure.local(
        "project \(project) has no class \(missing.joined(separator: ", ")); it has \(names)",
        hint: "leave out --no-new-classes, or diyml classes set")
    }
    let classes = present + missing.map { Class(name: $0) }
    do {
      _ = try await clients.data.setClasses(
        SetClassesRequest(project: project, classes: classes, etag: list.etag),
        options: clients.keyedOptions)
    } catch let status as Status where status.reason == .changedMeanwhile {
      return try await prepareClasses(listed, images)
    }
    return missing
  }
}

extension Clients {
  /// Ids of one call: what the server takes.
  static let findIDsMax = 10_000

  /// Those images that a project has, by id.
  func find(
    _ ids: [String], in project: String
  ) async throws -> [String: FindMissingImagesResponse.Found] {
    var stored: [String: FindMissingImagesResponse.Found] = [:]
    var rest = ids[...]
    while !rest.isEmpty {
      let asked = rest.prefix(Self.findIDsMax)
      let answer = try await data.findMissingImages(
        FindMissingImagesRequest(project: project, ids: Array(asked)), options: options)
      guard (1...asked.count).contains(Int(answer.answered)) else {
        throw CommandFailure.local(
          "the server answered for \(answer.answered) of \(asked.count) images")
      }
      for found in answer.found { stored[found.id] = found }
      rest = rest.dropFirst(Int(answer.answered))
    }
    return stored
  }
}
