/// The encoded formats that are read; all else is refused before libvips sees it.
package enum ImageFormat: String, CaseIterable, Sendable {
  case jpeg = "JPEG"
  case png = "PNG"
  case webp = "WebP"
  case gif = "GIF"

  /// `image/jpeg` and so on.
  package var mediaType: String { "image/\(rawValue.lowercased())" }

  /// Tells the format by its first bytes; names and declared types are not asked.
  ///
  /// - Throws: `.unsupportedFormat` with a guess of what else it is.
  init(sniffing bytes: Span<UInt8>) throws(ImageError) {
    if bytes.starts(with: [0xFF, 0xD8, 0xFF]) || bytes.equals([0xFF, 0xD8]) {
      self = .jpeg
    } else if bytes.starts(with: PNGChunk.signature) {
      self = .png
    } else if bytes.starts(with: "GIF87a") || bytes.starts(with: "GIF89a") {
      self = .gif
    } else if bytes.starts(with: "RIFF") && bytes.holds("WEBP", at: 8) {
      self = .webp
    } else {
      throw .unsupportedFormat(Self.look(of: bytes))
    }
  }

  private static func look(of bytes: Span<UInt8>) -> String {
    if bytes.isEmpty { return "an empty file" }
    if bytes.holds("ftyp", at: 4) { return "HEIF, AVIF or video" }
    for (prefix, name) in signatures where bytes.starts(with: prefix) { return name }
    return isText(bytes) ? "text" : "no known image format"
  }

  private static let signatures: [(StaticString, String)] = [
    ("BM", "BMP"), ("II*\0", "TIFF"), ("MM\0*", "TIFF"), ("%PDF", "PDF"), ("%!PS", "PostScript"),
    ("PK", "a ZIP archive"), ("\u{7F}ELF", "a program"), ("MZ", "a program"),
    ("<svg", "SVG"), ("<?xml", "XML or SVG"), ("<", "HTML or XML"), ("8BPS", "Photoshop"),
    ("\0\0\u{1}\0", "an icon"), ("RIFF", "RIFF audio or video"), ("GIF", "a damaged GIF"),
  ]

  private static func isText(_ bytes: Span<UInt8>) -> Bool {
    for index in 0..<min(bytes.count, 64) {
      let byte = bytes[index]
      guard byte >= 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D else { return false }
    }
    return true
  }
}
