internal import Codec
internal import Cryptography
internal import Foundation

/// The file a training wrote, read piece by piece to be sent; it goes away with this object.
final class TrainedModelFile: Sendable {
  let path: String

  init(folder: String) { path = folder + "/model-\(UUID().uuidString).safetensors" }

  deinit {
    // Nothing was written when the training failed; the host empties the folder in any case.
    unlink(path)
  }

  struct Facts: Sendable {
    var bytes: UInt64
    /// SHA-256 in lower-case hexadecimal.
    var hash: String
  }

  /// Of one message with a part of a trained model.
  static let chunkBytesMax = 1 << 20

  /// Hands the file's bytes to `send` in pieces of at most `chunkBytesMax`.
  func forEachChunk(_ send: (Bytes) async throws -> Void) async throws -> Facts {
    let file = try FileHandle(forReadingFrom: URL(filePath: path))
    var hash = SHA256()
    var bytes: UInt64 = 0
    while let chunk = try file.read(upToCount: Self.chunkBytesMax), !chunk.isEmpty {
      hash.update(chunk)
      bytes += UInt64(chunk.count)
      try await send(Bytes(Array(chunk)))
    }
    try file.close()
    return Facts(bytes: bytes, hash: lowerHex(hash.finalize()))
  }
}
