package import Foundation

/// Why an image's size is not known.
package struct ImageSizeError: Error, Hashable {
  package let reason: String
}

/// What an image says of how it is stored and shown, from the first bytes that say so.
///
/// The server judges images in full; this only turns parts of a width into pixels and helps to draw,
/// so it reads no further than it must and believes what it reads.
package struct ImageHead: Sendable, Hashable {
  /// `image/jpeg` and so on.
  package let mediaType: String
  /// Before it is turned.
  package let stored: PixelSize
  /// As EXIF says it; 1 where it does not.
  package var orientation: Int { exif?.orientation ?? 1 }
  private let exif: Exif?

  /// Where EXIF says the orientation.
  private struct Exif: Hashable {
    let orientation: Int
    /// Of the two bytes of its value, in the order of `isLittle`.
    let place: Int
    let isLittle: Bool
    /// The whole chunk, where taking it out is easier than changing it: it has a checksum.
    var chunk: Range<Int>?
  }

  /// How large it is shown.
  package var size: PixelSize {
    (5...8).contains(orientation)
      ? PixelSize(width: stored.height, height: stored.width) : stored
  }

  package init(of bytes: Data) throws(ImageSizeError) {
    let view = ByteView(bytes)
    let found: (size: PixelSize, exif: Exif?)?
    if view.starts(with: [0xFF, 0xD8]) {
      (mediaType, found) = ("image/jpeg", Self.jpeg(view))
    } else if view.starts(with: [0x89, 0x50, 0x4E, 0x47]) {
      (mediaType, found) = ("image/png", Self.png(view))
    } else if view.starts(with: Array("GIF8".utf8)) {
      let size = view.little16(6).flatMap { width in
        view.little16(8).map { PixelSize(width: width, height: $0) }
      }
      (mediaType, found) = ("image/gif", size.map { ($0, nil) })
    } else if view.starts(with: Array("RIFF".utf8)), view.holds("WEBP", at: 8) {
      (mediaType, found) = ("image/webp", Self.webP(view))
    } else {
      throw ImageSizeError(reason: "it is not a JPEG, PNG, WebP or GIF")
    }
    guard let found, found.size.width > 0, found.size.height > 0 else {
      throw ImageSizeError(reason: "its header does not say how large it is")
    }
    (stored, exif) = found
  }

  /// The bytes that this was read from, saying nothing of an orientation.
  package func withoutOrientation(_ bytes: Data) -> Data {
    guard let exif, orientation != 1 else { return bytes }
    var bytes = bytes
    let start = bytes.startIndex
    if let chunk = exif.chunk, chunk.upperBound <= bytes.count {
      bytes.removeSubrange(start + chunk.lowerBound..<start + chunk.upperBound)
    } else if exif.chunk == nil, exif.place + 2 <= bytes.count {
      bytes[start + exif.place] = exif.isLittle ? 1 : 0
      bytes[start + exif.place + 1] = exif.isLittle ? 0 : 1
    }
    return bytes
  }
}

// MARK: - Formats

extension ImageHead {
  /// Segments up to the frame header (ITU-T T.81, annex B).
  private static func jpeg(_ bytes: ByteView) -> (PixelSize, Exif?)? {
    var place = 2
    var exif: Exif?
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
        return (PixelSize(width: width, height: height), exif)
      case 0xE1 where bytes.holds("Exif\0\0", at: place + 4):
        exif = self.exif(bytes, tiff: place + 10)
      case 0xD9, 0xDA: return nil
      default: break
      }
      place += 2 + length
    }
    return nil
  }

  /// IHDR, and eXIf among the chunks before the image data.
  private static func png(_ bytes: ByteView) -> (PixelSize, Exif?)? {
    guard let width = bytes.big32(16), let height = bytes.big32(20) else { return nil }
    var exif: Exif?
    var place = 8
    while let length = bytes.big32(place), !bytes.holds("IDAT", at: place + 4) {
      if bytes.holds("eXIf", at: place + 4) {
        exif = self.exif(bytes, tiff: place + 8)
        exif?.chunk = place..<place + 12 + length
      }
      place += 12 + length
    }
    return (PixelSize(width: width, height: height), exif)
  }

  /// The first chunk: `VP8 `, `VP8L`, or `VP8X`, which may have an EXIF chunk behind it.
  private static func webP(_ bytes: ByteView) -> (PixelSize, Exif?)? {
    if bytes.holds("VP8 ", at: 12) {
      guard let width = bytes.little16(26), let height = bytes.little16(28) else { return nil }
      return (PixelSize(width: width & 0x3FFF, height: height & 0x3FFF), nil)
    }
    if bytes.holds("VP8L", at: 12) {
      guard let low = bytes.little16(21), let high = bytes.little16(23) else { return nil }
      let bits = low | high << 16
      return (PixelSize(width: bits & 0x3FFF + 1, height: bits >> 14 & 0x3FFF + 1), nil)
    }
    guard bytes.holds("VP8X", at: 12), let flags = bytes.byte(20),
      let width = bytes.little24(24), let height = bytes.little24(27)
    else { return nil }
    let size = PixelSize(width: width + 1, height: height + 1)
    guard flags & 8 != 0 else { return (size, nil) }
    var place = 12
    while let low = bytes.little16(place + 4), let high = bytes.little16(place + 6) {
      if bytes.holds("EXIF", at: place) {
        let skipped = bytes.holds("Exif\0\0", at: place + 8) ? 6 : 0
        return (size, exif(bytes, tiff: place + 8 + skipped))
      }
      let length = low | high << 16
      place += 8 + length + length % 2
    }
    return (size, nil)
  }

  /// The orientation of a TIFF block; nothing where it does not say.
  private static func exif(_ bytes: ByteView, tiff: Int) -> Exif? {
    let isLittle = bytes.holds("II", at: tiff)
    func number16(_ place: Int) -> Int? { isLittle ? bytes.little16(place) : bytes.big16(place) }
    func number32(_ place: Int) -> Int? { isLittle ? bytes.little32(place) : bytes.big32(place) }
    guard let table = number32(tiff + 4), let count = number16(tiff + table) else { return nil }
    for entry in 0..<count {
      let place = tiff + table + 2 + entry * 12
      guard let tag = number16(place) else { return nil }
      if tag == 0x0112, let value = number16(place + 8) {
        return Exif(orientation: value, place: place + 8, isLittle: isLittle)
      }
    }
    return nil
  }
}
