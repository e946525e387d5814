import Foundation
import ImageHeaders
import Testing

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
        + [0xFF, 0xC0, 0, 17, 8, 0, 20, 0, 30, 3, 1, 0x22, 0, 2, 0x11, 1, 3, 0x11, 1, 0xFF, 0xDA])
  }

  static func png(_ exif: [UInt8]) -> Data {
    Data(
      [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13] + Array("IHDR".utf8)
        + [0, 0, 0, 30, 0, 0, 0, 20, 8, 2, 0, 0, 0, 1, 2, 3, 4]
        + [0, 0, 0, UInt8(exif.count)] + Array("eXIf".utf8) + exif + [5, 6, 7, 8]
        + [0, 0, 0, 0] + Array("IDAT".utf8) + [0, 0, 0, 0])
  }

  /// The EXIF block stands behind the pixels, as the format has it.
  static func webP(_ exif: [UInt8]) -> Data {
    let chunks =
      Array("VP8X".utf8) + [10, 0, 0, 0, 8, 0, 0, 0, 29, 0, 0, 19, 0, 0] + Array("VP8L".utf8)
      + [6, 0, 0, 0, 0x2F, 29, 0xC0, 4, 0, 0] + Array("EXIF".utf8) + [UInt8(exif.count), 0, 0, 0]
      + exif
    return Data(
      Array("RIFF".utf8) + [UInt8(chunks.count + 4), 0, 0, 0] + Array("WEBP".utf8) + chunks)
  }
}

@Suite struct `An image's head` {
  static let makers: [(ImageFormat, @Sendable ([UInt8]) -> Data)] = [
    (.jpeg, Head.jpeg), (.png, Head.png), (.webp, Head.webP),
  ]

  @Test(arguments: [true, false], [1, 6, 8] as [UInt8])
  func `says how it is turned, and can be made to say nothing of it`(
    isLittle: Bool, orientation: UInt8
  ) throws {
    for (format, make) in Self.makers {
      let file = make(Head.exif(orientation, isLittle: isLittle))
      let header = try ImageHeader.head(of: file.span)
      #expect(header.format == format)
      #expect(header.orientation == Int(orientation), "\(format)")
      #expect((header.storedWidth, header.storedHeight) == (30, 20))
      #expect((header.width, header.height) == (orientation == 1 ? (30, 20) : (20, 30)))
      let plain = header.withoutOrientation(file)
      let other = try ImageHeader.head(of: plain.span)
      #expect(other.orientation == 1)
      #expect((other.storedWidth, other.storedHeight) == (30, 20))
      #expect(plain == file || orientation != 1)
    }
  }

  @Test func `of a part of another file is read and changed at its own place`() throws {
    let file = Head.jpeg(Head.exif(6, isLittle: true))
    let part = (Data([1, 2, 3]) + file).dropFirst(3)
    let plain = try ImageHeader.head(of: part.span).withoutOrientation(part)
    #expect(try ImageHeader.head(of: plain.span).orientation == 1)
  }

  @Test func `that is cut off says why there is none`() {
    #expect(throws: ImageError.unsupportedFormat("text")) {
      try ImageHeader.head(of: Data("text".utf8).span)
    }
    #expect(throws: ImageError.truncated(.jpeg, "no end marker in 3 bytes")) {
      try ImageHeader.head(of: Data([0xFF, 0xD8, 0xFF]).span)
    }
  }

  @Test func `with a chunk that ends behind the file is refused`() throws {
    var file = Head.png(Head.exif(6, isLittle: true))
    file[36] = 200  // the length of eXIf
    #expect(throws: ImageError.truncated(.png, "a chunk at byte 33 states 200 bytes")) {
      try ImageHeader.head(of: file.span)
    }
  }

  @Test func `is all that is read of a photo's pixels`() throws {
    var file = Head.jpeg(Head.exif(6, isLittle: true))
    file.append(contentsOf: [0, 0, 0xFF, 0xFF, 0xFF])
    #expect(try ImageHeader.head(of: file.span).orientation == 6)
    let animation = Array("GIF89a".utf8) + [30, 0, 20, 0, 0, 0, 0, 0x99]
    #expect(try ImageHeader.head(of: animation.span).height == 20)
  }
}
