package import API
import Cryptography
import Foundation

/// An image file with the id its bytes give it.
package struct HashedImage: Sendable, Equatable {
  package let path: String
  package let annotation: Annotation?
  /// The SHA-256 of the bytes, 64 lower-case hexadecimal digits.
  package let id: String
  package let bytes: Int64

  /// The class, where the image has one as a whole.
  package var label: String? { annotation?.className }

  /// The name it is uploaded under: the last part of its path, at most 255 bytes.
  var fileName: String {
    var name = (path as NSString).lastPathComponent
    while name.utf8.count > Self.fileNameBytesMax { name.removeLast() }
    return name
  }

  /// The largest image the server takes.
  static let bytesMax: Int64 = 134_217_728
  private static let fileNameBytesMax = 255
  private static let readBytes = 1 << 20

  /// Reads and hashes a file.
  ///
  /// - Throws: `LeftOutError` when it cannot be read, is empty or has over 128 MiB.
  static func read(_ image: FoundImage) throws(LeftOutError) -> HashedImage {
    var hash = SHA256()
    var count: Int64 = 0
    do {
      let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: image.path))
      while let part = try file.read(upToCount: readBytes), !part.isEmpty {
        count += Int64(part.count)
        if count > bytesMax { break }
        hash.update(part)
      }
      try file.close()
    } catch {
      throw LeftOutError(leftOut: LeftOut(path: image.path, reason: "cannot be read"))
    }
    guard count > 0 else { throw LeftOutError(leftOut: LeftOut(path: image.path, reason: "empty")) }
    guard count <= bytesMax else {
      let reason = "over \(bytesMax) bytes (128 MiB), the limit"
      throw LeftOutError(leftOut: LeftOut(path: image.path, reason: reason))
    }
    return HashedImage(
      path: image.path, annotation: image.annotation, id: lowerHex(hash.finalize()), bytes: count)
  }

  /// Hashes files, a few at a time.
  ///
  /// - Returns: The images in the order of `found`, and the files left out.
  package static func read(
    _ found: [FoundImage], progress: @Sendable (_ filesDone: Int) -> Void
  ) async -> (images: [HashedImage], leftOut: [LeftOut]) {
    var results: [Int: Result<HashedImage, LeftOutError>] = [:]
    let width = min(8, max(1, ProcessInfo.processInfo.activeProcessorCount))
    await withTaskGroup(of: (Int, Result<HashedImage, LeftOutError>).self) { group in
      for (index, image) in found.enumerated() {
        if index >= width, let (done, result) = await group.next() {
          results[done] = result
          progress(results.count)
        }
        group.addTask { (index, Result { () throws(LeftOutError) in try read(image) }) }
      }
      for await (done, result) in group {
        results[done] = result
        progress(results.count)
      }
    }
    var images: [HashedImage] = []
    var leftOut: [LeftOut] = []
    for index in found.indices {
      switch results[index] {
      case .success(let image): images.append(image)
      case .failure(let error): leftOut.append(error.leftOut)
      case nil: preconditionFailure("file \(index) was not hashed")
      }
    }
    return (images, leftOut)
  }
}

/// A file that cannot be uploaded.
struct LeftOutError: Error, Equatable {
  let leftOut: LeftOut
}
