import API
import Codec
import Foundation
import RPCCore

/// Something that happened while images were sent.
package enum UploadEvent: Sendable {
  /// This many more bytes were given to the connection.
  case sent(bytes: Int)
  /// This many more images are safe on the server's disk.
  case stored(images: Int)
  case refused(LeftOut)
}

/// Sends images to a project, several streams at a time.
package struct Uploader: Sendable {
  let clients: Clients
  let project: String
  /// Whether annotations that images have got since they were looked for are replaced.
  let replacing: Bool

  private static let streamsMax = 4
  private static let chunkBytes = 256 << 10

  /// Sends each image and tells what becomes of it.
  ///
  /// - Throws: The `Status` of the first stream that failed as a whole. What was stored by then
  ///   stays stored.
  package func send(
    _ images: [HashedImage], report: @escaping @Sendable (UploadEvent) -> Void
  ) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      for (index, batch) in UploadPlan.batches(of: images).enumerated() {
        if index >= Self.streamsMax { try await group.next() }
        group.addTask { try await send(batch: batch, report) }
      }
      try await group.waitForAll()
    }
  }

  /// Gives images that the project has another annotation.
  ///
  /// - Returns: how many somebody else has annotated meanwhile; those keep what they have.
  package func relabel(_ relabelings: [Relabeling]) async throws -> Int {
    var kept = 0
    for relabeling in relabelings {
      guard let annotation = relabeling.image.annotation else { continue }
      let request = SetAnnotationRequest(
        project: project, id: relabeling.image.id, annotation: annotation, etag: relabeling.etag)
      do {
        _ = try await clients.data.setAnnotation(request, options: clients.keyedOptions)
      } catch let status as Status where status.reason == .changedMeanwhile {
        kept += 1
      }
    }
    return kept
  }

  private func send(
    batch: [HashedImage], _ report: @escaping @Sendable (UploadEvent) -> Void
  ) async throws {
    var opened: [OpenedImage] = []
    for image in batch {
      do {
        opened.append(try OpenedImage(image))
      } catch {
        report(.refused(error.leftOut))
      }
    }
    guard !opened.isEmpty else { return }
    let sending = opened
    let answer = try await clients.data.putImages(options: clients.streamOptions) { writer in
      try await writer.write(
        PutImagesRequest(
          part: .start(.init(project: project, onExisting: replacing ? .replace : .keep))))
      for image in sending { try await write(image, to: writer, report) }
    }
    if !answer.stored.isEmpty { report(.stored(images: answer.stored.count)) }
    for refused in answer.refused {
      let index = Int(refused.index)
      let path = sending.indices.contains(index) ? sending[index].image.path : refused.fileName
      let status = refused.status ?? WireStatus()
      let reason = "\(status.message) [\(StatusCode.name(of: status.code))]"
      report(.refused(LeftOut(path: path, reason: reason)))
    }
  }

  private func write(
    _ opened: OpenedImage, to writer: MessageWriter<PutImagesRequest>,
    _ report: @Sendable (UploadEvent) -> Void
  ) async throws {
    let image = opened.image
    let begin = PutImagesRequest.Begin(
      sizeBytes: image.bytes, annotation: image.annotation, fileName: image.fileName)
    try await writer.write(PutImagesRequest(part: .begin(begin)))
    var rest = opened.image.bytes
    while rest > 0 {
      let chunk = try opened.read(upTo: Int(min(rest, Int64(Self.chunkBytes))))
      try await writer.write(PutImagesRequest(part: .chunk(chunk)))
      rest -= Int64(chunk.count)
      report(.sent(bytes: chunk.count))
    }
  }
}

/// An image whose file is open, and as long as it was when it was hashed.
private struct OpenedImage: Sendable {
  let image: HashedImage
  private let file: FileHandle

  init(_ image: HashedImage) throws(LeftOutError) {
    self.image = image
    do {
      file = try FileHandle(forReadingFrom: URL(fileURLWithPath: image.path))
      let length = try file.seekToEnd()
      try file.seek(toOffset: 0)
      guard Int64(length) == image.bytes else { throw CommandFailure.local("changed") }
    } catch {
      throw LeftOutError(leftOut: LeftOut(path: image.path, reason: "changed since it was hashed"))
    }
  }

  /// At least one byte.
  ///
  /// - Throws: `CommandFailure.local` when the file has become shorter: what the stream has
  ///   announced cannot be sent any more.
  func read(upTo count: Int) throws -> Bytes {
    guard let part = try file.read(upToCount: count), !part.isEmpty else {
      throw CommandFailure.local(
        "\(image.path) became shorter while it was sent", hint: "run the same command again")
    }
    return Bytes(Array(part))
  }
}
