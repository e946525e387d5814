import API
import Codec
import TestSupport

/// The images that all accounts of the torture upload, so that they share what is stored of them.
struct TorturePicture: Sendable {
  let id: String
  let bytes: Bytes
  let side: Int

  /// Few enough that every one is uploaded and deleted again and again.
  static let all: [TorturePicture] = (0..<160).map { number in
    // The last are larger than one chunk of an upload.
    let side = [16, 16, 24, 40, 16, 64, 16, 120][number % 8]
    let tint: SyntheticImages.Tint = number.isMultiple(of: 2) ? .red : .blue
    let bytes = SyntheticImages.blobs(tint, seed: 70_000 + UInt64(number), side: side)
    return TorturePicture(id: sha256(bytes), bytes: Bytes(bytes), side: side)
  }

  static let byID = Dictionary(uniqueKeysWithValues: all.map { ($0.id, $0) })
}

/// One image of an upload.
struct TortureUpload: Sendable {
  /// Nothing for bytes that are no image.
  var picture: TorturePicture?
  var annotation: Annotation?
  var fileName: String

  /// What is sent.
  var bytes: Bytes { picture?.bytes ?? Bytes(Array("no image \(fileName)".utf8)) }
}

extension TorturePicture: CustomStringConvertible {
  var description: String { String(id.prefix(8)) }
}

extension TortureUpload: CustomStringConvertible {
  var description: String {
    let label = annotation.map { "\($0.value.map { "\($0)" } ?? "empty")" } ?? "no label"
    return "\(picture?.description ?? "no image") '\(fileName)' \(label)"
  }
}
