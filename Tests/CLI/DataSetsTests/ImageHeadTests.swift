import Foundation
import Testing

@testable import DataSets

/// Images of which there is no more than what says how they are shown.
private enum Head {
  /// A TIFF block whose only entry is the orientation.
  static func exif(_ orientation: UInt8, isLittle: Bool) -> [UInt8] {
    isLittle
      ? Array("II".utf8) + [
        42, 0, 8, 0, 0, 0, 1, 0, 0x12, 1, 3, 0, 1, 0, 0, 0, orientation, 0, 0, 0,
      ]
      : Array("MM".utf8) + [
        0, 42, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0,
      ]
  }

  static func jpeg(_ exif: [UInt8]) -> Data {
    let block = Array("Exif\0\0".utf8) + exif
    return Data(
      [0xFF, 0xD8, 0xFF, 0xE1, 0, UInt8(block.count + 2)] + block
        + [0xFF, 0xC0, 0, 17, 8, 0, 20, 0, 30, 3])
  }

  static func png(_ exif: [UInt8]) -> Data {
    Data(
      [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13] + Array("IHDR".utf8)
        + [0, 0, 0, 30, 0, 0, 0, 20, 8, 2, 0, 0, 0, 1, 2, 3, 4]
        + [0, 0, 0, UInt8(exif.count)] + Array("eXIf".utf8) + exif + [5, 6, 7, 8]
        + [0, 0, 0, 0] + Array("IDAT".utf8) + [0, 0, 0, 0])
  }

  static func webP(_ exif: [UInt8]) -> Data {
    Data(
      Array("RIFF".utf8) + [0, 0, 0, 0] + Array("WEBPVP8X".utf8)
        + [10, 0, 0, 0, 8, 0, 0, 0, 29, 0, 0, 19, 0, 0] + Array("EXIF".utf8)
        + [UInt8(exif.count), 0, 0, 0] + exif)
  }
}

@Suite struct `An image's head` {
  static let makers: [(String, @Sendable ([UInt8]) -> Data)] = [
    ("image/jpeg", Head.jpeg), ("image/png", Head.png), ("image/webp", Head.webP),
  ]

  @Test(arguments: [true, false], [1, 6, 8] as [UInt8])
  func `says how it is turned, and can be made to say nothing of it`(
    isLittle: Bool, orientation: UInt8
  ) throws {
    for (mediaType, make) in Self.makers {
      let file = make(Head.exif(orientation, isLittle: isLittle))
      let head = try ImageHead(of: file)
      #expect(head.mediaType == mediaType)
      #expect(head.orientation == Int(orientation), "\(mediaType)")
      #expect(head.stored == PixelSize(width: 30, height: 20))
      let upright = PixelSize(width: 20, height: 30)
      #expect(head.size == (orientation == 1 ? head.stored : upright))
      let plain = head.withoutOrientation(file)
      #expect(try ImageHead(of: plain).orientation == 1)
      #expect(try ImageHead(of: plain).stored == head.stored)
      #expect(plain == file || orientation != 1)
    }
  }

  @Test func `of a part of another file is read and changed at its own place`() throws {
    let file = Head.jpeg(Head.exif(6, isLittle: true))
    let part = (Data([1, 2, 3]) + file).dropFirst(3)
    let head = try ImageHead(of: part)
    #expect(try ImageHead(of: head.withoutOrientation(part)).orientation == 1)
  }

  @Test func `that is cut off says why there is none`() {
    #expect(throws: ImageSizeError(reason: "it is not a JPEG, PNG, WebP or GIF")) {
      try ImageHead(of: Data("text".utf8))
    }
    #expect(throws: ImageSizeError(reason: "its header does not say how large it is")) {
      try ImageHead(of: Data([0xFF, 0xD8, 0xFF]))
    }
  }

  @Test func `with a chunk that ends behind the file is left as it is`() throws {
    var file = Head.png(Head.exif(6, isLittle: true))
    file[36] = 200  // the length of eXIf
    let head = try ImageHead(of: file)
    #expect(head.orientation == 6)
    #expect(head.withoutOrientation(file) == file)
  }
}
