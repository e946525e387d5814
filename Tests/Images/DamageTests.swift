import ImageHeaders
import Images
import SeededRandom
import Testing

@Suite struct DamageTests {
  /// One small image of each format.
  static func sample(_ format: ImageFormat) throws -> [UInt8] {
    switch format {
    case .jpeg: try Fixture.jpeg(orientation: 1)
    case .png: try Fixture.quarters().encodedPNG()
    case .gif: Fixture.gif(frames: 2)
    case .webp: Fixture.webp
    }
  }

  @Test(arguments: ImageFormat.allCases)
  func `an image cut off anywhere is refused`(format: ImageFormat) throws {
    let whole = try Self.sample(format)
    _ = try EncodedImage(whole).inspect()
    for count in 0..<whole.count {
      #expect(throws: ImageError.self, "\(count) of \(whole.count) bytes") {
        try EncodedImage(Array(whole.prefix(count))).inspect()
      }
    }
  }

  @Test(arguments: ImageFormat.allCases, 0..<100 as Range<UInt64>)
  func `damage is refused or decoded, and never more`(format: ImageFormat, seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    var bytes = try Self.sample(format)
    for _ in 0..<Int.random(in: 1...8, using: &random) {
      let index = Int.random(in: 0..<bytes.count, using: &random)
      switch Int.random(in: 0..<4, using: &random) {
      case 0: bytes[index] = .random(in: 0...255, using: &random)
      case 1: bytes[index] ^= 1 << UInt8.random(in: 0..<8, using: &random)
      case 2: bytes.insert(.random(in: 0...255, using: &random), at: index)
      default: bytes.removeSubrange(index..<min(bytes.count, index + 4))
      }
      if bytes.isEmpty { bytes = [0] }
    }
    do {
      let image = try EncodedImage(bytes)
      _ = try image.square(side: 16)
      _ = try image.inspect()
    } catch {
      #expect(!error.description.contains("\n") && error.description.utf8.count < 500)
    }
  }

  /// What is behind a PNG's last pixel, and what must be said of it.
  @Test(arguments: [(-1, false), (0, true), (1, false), (1 << 20, false)])
  func `image data is exactly the pixels`(surplus: Int, accepted: Bool) throws {
    var png = PNGFixture.filled([1, 2, 3], color: 2)
    png.data =
      surplus < 0
      ? png.data.dropLast(-surplus) : png.data + [UInt8](repeating: 0, count: surplus)
    let image = try EncodedImage(png.bytes)
    if accepted {
      _ = try image.inspect()
    } else {
      #expect(throws: ImageError.self) { try image.inspect() }
    }
  }

  @Test(
    arguments: [(0, true), (1, true), (8, true), (9, false), (65_535, false)] as [(UInt16, Bool)])
  func `an EXIF orientation past 8 is refused`(orientation: UInt16, accepted: Bool) throws {
    let jpeg = Fixture.withExif(try Fixture.quarters().encodedJPEG(), orientation: orientation)
    var png = PNGFixture.filled([1, 2, 3], color: 2)
    png.chunks = [("eXIf", Fixture.exif(orientation: orientation))]
    for bytes in [jpeg, png.bytes] {
      let isAccepted = (try? EncodedImage(bytes)) != nil
      #expect(isAccepted == accepted)
    }
  }

  static let others: [(String, String)] = [
    ("", "an empty file"), ("BM????", "BMP"), ("II*\0", "TIFF"), ("%PDF-1.7", "PDF"),
    ("<svg xmlns=''/>", "SVG"), ("<?xml version='1.0'?><svg/>", "XML or SVG"),
    ("PK\u{3}\u{4}", "a ZIP archive"), ("\u{7F}ELF", "a program"), ("hello", "text"),
    ("\0\0\0 ftypavif", "HEIF, AVIF or video"), ("\u{1}\u{2}", "no known image format"),
  ]

  @Test(arguments: others)
  func `other formats are refused by name`(content: String, look: String) {
    #expect(throws: ImageError.unsupportedFormat(look)) { try EncodedImage(Array(content.utf8)) }
  }

  @Test func `a file that is missing or no file is refused with its path`() {
    #expect(throws: ImageError.unreadable(path: "/nonexistent/image", errno: 2)) {
      try EncodedImage(path: "/nonexistent/image")
    }
    #expect(throws: ImageError.unreadable(path: "/tmp", errno: 22)) {
      try EncodedImage(path: "/tmp")
    }
  }
}
