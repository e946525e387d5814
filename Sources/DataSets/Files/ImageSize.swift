import Foundation

/// Why an image's size is not known.
struct ImageSizeError: Error, Hashable {
  let reason: String
}

/// How large an image is when it is shown, from the first bytes that say so.
///
/// The server judges images in full; this only turns parts of a width into pixels, so it reads no
/// further than it must and believes what it reads.
enum ImageSize {
  static func read(_ bytes: Data) throws(ImageSizeError) -> PixelSize {
    let view = ByteView(bytes)
    let size: PixelSize?
    if view.starts(with: [0xFF, 0xD8]) {
      size = jpeg(view)
    } else if view.starts(with: [0x89, 0x50, 0x4E, 0x47]) {
      size = png(view)
    } else if view.starts(with: Array("GIF8".utf8)) {
      size = view.little16(6).flatMap { width in
        view.little16(8).map { PixelSize(width: width, height: $0) }
      }
    } else if view.starts(with: Array("RIFF".utf8)), view.holds("WEBP", at: 8) {
      size = webP(view)
    } else {
      throw ImageSizeError(reason: "it is no JPEG, PNG, WebP or GIF")
    }
    guard let size, size.width > 0, size.height > 0 else {
      throw ImageSizeError(reason: "its header does not say how large it is")
    }
    return size
  }

  /// Segments up to the frame header (ITU-T T.81, annex B).
  private static func jpeg(_ bytes: ByteView) -> PixelSize? {
    var place = 2
    var orientation = 1
    while let mark = bytes.byte(place), mark == 0xFF, let marker = bytes.byte(place + 1) {
      if marker == 0xFF {
        place += 1
        continue
      }
      guard let length = bytes.big16(place + 2), length >= 2 else { return nil }
      switch marker {
      case 0xC0...0xC3, 0xC5...0xC7, 0xC9...0xCB, 0xCD...0xCF:
        guard let height = bytes.big16(place + 5), let width = bytes.big16(place + 7) else {
          return nil
        }
        return turned(PixelSize(width: width, height: height), orientation)
      case 0xE1 where bytes.holds("Exif\0\0", at: place + 4):
        orientation = self.orientation(bytes, tiff: place + 10)
      case 0xD9, 0xDA: return nil
      default: break
      }
      place += 2 + length
    }
    return nil
  }

  /// IHDR, and eXIf among the chunks before the image data.
  private static func png(_ bytes: ByteView) -> PixelSize? {
    guard let width = bytes.big32(16), let height = bytes.big32(20) else { return nil }
    var orientation = 1
    var place = 8
    while let length = bytes.big32(place), !bytes.holds("IDAT", at: place + 4) {
      if bytes.holds("eXIf", at: place + 4) {
        orientation = self.orientation(bytes, tiff: place + 8)
      }
      place += 12 + length
    }
    return turned(PixelSize(width: width, height: height), orientation)
  }

  /// The first chunk: `VP8 `, `VP8L`, or `VP8X`, which may have an EXIF chunk behind it.
  private static func webP(_ bytes: ByteView) -> PixelSize? {
    if bytes.holds("VP8 ", at: 12) {
      guard let width = bytes.little16(26), let height = bytes.little16(28) else { return nil }
      return PixelSize(width: width & 0x3FFF, height: height & 0x3FFF)
    }
    if bytes.holds("VP8L", at: 12) {
      guard let low = bytes.little16(21), let high = bytes.little16(23) else { return nil }
      let bits = low | high << 16
      return PixelSize(width: bits & 0x3FFF + 1, height: bits >> 14 & 0x3FFF + 1)
    }
    guard bytes.holds("VP8X", at: 12), let flags = bytes.byte(20),
      let width = bytes.little24(24), let height = bytes.little24(27)
    else { return nil }
    let size = PixelSize(width: width + 1, height: height + 1)
    guard flags & 8 != 0 else { return size }
    var place = 12
    while let low = bytes.little16(place + 4), let high = bytes.little16(place + 6) {
      if bytes.holds("EXIF", at: place) {
        let skipped = bytes.holds("Exif\0\0", at: place + 8) ? 6 : 0
        return turned(size, orientation(bytes, tiff: place + 8 + skipped))
      }
      let length = low | high << 16
      place += 8 + length + length % 2
    }
    return size
  }

  private static func turned(_ size: PixelSize, _ orientation: Int) -> PixelSize {
    (5...8).contains(orientation) ? PixelSize(width: size.height, height: size.width) : size
  }

  /// The orientation of a TIFF block; 1 where it does not say.
  private static func orientation(_ bytes: ByteView, tiff: Int) -> Int {
    let isLittle = bytes.holds("II", at: tiff)
    func number16(_ place: Int) -> Int? { isLittle ? bytes.little16(place) : bytes.big16(place) }
    func number32(_ place: Int) -> Int? { isLittle ? bytes.little32(place) : bytes.big32(place) }
    guard let table = number32(tiff + 4), let count = number16(tiff + table) else { return 1 }
    for entry in 0..<count {
      let place = tiff + table + 2 + entry * 12
      guard let tag = number16(place) else { return 1 }
      if tag == 0x0112, let value = number16(place + 8) { return value }
    }
    return 1
  }
}

/// Numbers at places that may lie past the end.
private struct ByteView {
  private let bytes: Data

  init(_ bytes: Data) { self.bytes = bytes }

  func byte(_ place: Int) -> Int? {
    guard place >= 0, place < bytes.count else { return nil }
    return Int(bytes[bytes.startIndex + place])
  }

  func big16(_ place: Int) -> Int? {
    guard let high = byte(place), let low = byte(place + 1) else { return nil }
    return high << 8 | low
  }

  func big32(_ place: Int) -> Int? {
    guard let high = big16(place), let low = big16(place + 2) else { return nil }
    return high << 16 | low
  }

  func little16(_ place: Int) -> Int? {
    guard let low = byte(place), let high = byte(place + 1) else { return nil }
    return high << 8 | low
  }

  func little24(_ place: Int) -> Int? {
    guard let low = little16(place), let high = byte(place + 2) else { return nil }
    return high << 16 | low
  }

  func little32(_ place: Int) -> Int? {
    guard let low = little16(place), let high = little16(place + 2) else { return nil }
    return high << 16 | low
  }

  func holds(_ text: String, at place: Int) -> Bool {
    text.utf8.enumerated().allSatisfy { byte(place + $0.offset) == Int($0.element) }
  }

  func starts(with prefix: [UInt8]) -> Bool { bytes.starts(with: prefix) }
}
