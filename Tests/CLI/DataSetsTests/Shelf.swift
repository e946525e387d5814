import DataSets
import Foundation
import TestSupport

/// A folder to put a data set in.
struct Shelf {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  var path: String { folder.path }

  func put(_ path: String, _ text: String) throws { try put(path, Array(text.utf8)) }

  func put(_ path: String, _ bytes: [UInt8]) throws {
    let file = URL(fileURLWithPath: "\(folder.path)/\(path)")
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: file)
  }

  /// An image of which there is no more than what says its size.
  func putImage(_ path: String, _ width: Int = 100, _ height: Int = 50) throws {
    try put(path, Picture.png(width, height))
  }

  func read(
    _ format: DataSetFormat? = nil, limits: DataSetLimits = DataSetLimits()
  ) throws -> DataSetReader.Reading {
    try DataSetReader(folder: path, format: format, limits: limits).read()
  }

  /// What is wrong with the folder, as people are told.
  func problems(_ format: DataSetFormat? = nil) throws -> [String] {
    try read(format).problems.kept.map(\.description)
  }
}

/// First bytes of images.
enum Picture {
  static func png(_ width: Int, _ height: Int) -> [UInt8] {
    [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13] + Array("IHDR".utf8)
      + big32(width) + big32(height) + [8, 0, 0, 0, 0, 0, 0, 0, 0]
  }

  /// A JPEG with EXIF of the given orientation, if any, before its frame header.
  static func jpeg(_ width: Int, _ height: Int, orientation: UInt8? = nil) -> [UInt8] {
    var bytes: [UInt8] = [0xFF, 0xD8]
    if let orientation {
      let tiff: [UInt8] =
        Array("MM".utf8) + [0, 42, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation]
        + [0, 0, 0, 0, 0, 0]
      let body = Array("Exif\0\0".utf8) + tiff
      bytes += [0xFF, 0xE1, 0, UInt8(body.count + 2)] + body
    }
    bytes += [0xFF, 0xC0, 0, 11, 8] + big16(height) + big16(width) + [1, 1, 0x11, 0]
    return bytes + [0xFF, 0xDA]
  }

  static func gif(_ width: Int, _ height: Int) -> [UInt8] {
    Array("GIF89a".utf8) + big16(width).reversed() + big16(height).reversed() + [0]
  }

  /// The three kinds of WebP.
  static func webP(_ kind: String, _ width: Int, _ height: Int) -> [UInt8] {
    func chunk(_ name: String, _ body: [UInt8]) -> [UInt8] {
      Array(name.utf8) + big32(body.count).reversed() + body
    }
    let lossless = chunk(
      "VP8L", [0x2F] + big32((width - 1) | (height - 1) << 14).reversed() + [0])
    let chunks =
      switch kind {
      case "VP8 ":
        chunk(
          kind,
          [0, 0, 0, 0x9D, 0x01, 0x2A] + big16(width).reversed() + big16(height).reversed())
      case "VP8L": lossless
      default:
        chunk(
          kind,
          [0, 0, 0, 0] + big32(width - 1).reversed().prefix(3)
            + big32(height - 1).reversed().prefix(3)) + lossless
      }
    return Array("RIFF".utf8) + big32(chunks.count + 4).reversed() + Array("WEBP".utf8) + chunks
  }

  private static func big16(_ value: Int) -> [UInt8] {
    [8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
  }

  private static func big32(_ value: Int) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
  }
}
