internal import API
internal import RPCCore

/// An image of an upload stream, as it was announced.
struct UploadedImage: Sendable {
  /// Counts the images of the stream from 0.
  let index: Int32
  let fileName: String
  /// How it is labelled, or why its bytes are passed over.
  let verdict: Result<ImageIntake.Label, Status>
}

/// What became of an image of an upload stream.
struct UploadOutcome: Sendable {
  let image: UploadedImage
  let result: Result<PutImageResponse, Status>

  init(image: UploadedImage, result: Result<PutImageResponse, Status>) {
    self.image = image
    self.result = result
  }

  /// - Throws: what `store` throws, unless it is a refusal.
  init(
    of image: UploadedImage, _ store: () async throws -> PutImageResponse
  ) async throws {
    self.image = image
    do {
      result = .success(try await translatingStoreErrors(store))
    } catch let status as Status {
      result = .failure(status)
    }
  }

  /// More than its line in the answer takes.
  var bytesMax: Int {
    switch result {
    case .failure(let status):
      // Its details say much of the message again.
      512 + image.fileName.utf8.count + 4 * status.message.utf8.count
    case .success(let stored):
      switch stored.image?.annotation?.value {
      case nil: 128 + image.fileName.utf8.count
      case .className(let name): 136 + image.fileName.utf8.count + name.utf8.count
      case .boxes(let list):
        list.boxes.reduce(136 + image.fileName.utf8.count) { $0 + 48 + $1.className.utf8.count }
      }
    }
  }
}
