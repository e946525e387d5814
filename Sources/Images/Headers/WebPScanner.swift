/// Walks a WebP's chunks (RFC 9649) to the end that its RIFF header states.
struct WebPScanner {
  private var header = ImageHeader(format: .webp, storedWidth: 0, storedHeight: 0)
  private var isAnimated = false
  private var hasImage = false

  static func scan(_ bytes: Span<UInt8>, limits: ImageLimits) throws(ImageError) -> ImageHeader {
    guard let size = bytes.uint32(at: 4, littleEndian: true).map(Int.init) else {
      throw .truncated(.webp, "no RIFF size")
    }
    guard size >= 12, size + 8 <= bytes.count else {
      throw .truncated(.webp, "RIFF states \(size + 8) bytes, the file has \(bytes.count)")
    }
    var scanner = WebPScanner()
    scanner.header.frames = 0
    var offset = 12
    while offset < size + 8 {
      guard offset + 8 <= size + 8, let length = bytes.uint32(at: offset + 4, littleEndian: true),
        offset + 8 + Int(length) <= size + 8
      else { throw .truncated(.webp, "the chunk at byte \(offset) passes the end") }
      let body = offset + 8
      try scanner.chunk(bytes, offset, body, body + Int(length), limits)
      offset = body + Int(length) + Int(length & 1)
    }
    return try scanner.finished(limits)
  }

  private mutating func chunk(
    _ bytes: Span<UInt8>, _ name: Int, _ body: Int, _ end: Int, _ limits: ImageLimits
  ) throws(ImageError) {
    if bytes.holds("VP8X", at: name) {
      guard end - body >= 10, name == 12, let width = bytes.uint24LittleEndian(at: body + 4),
        let height = bytes.uint24LittleEndian(at: body + 7)
      else { throw .corrupt(.webp, "its extended header is out of place or too short") }
      (header.storedWidth, header.storedHeight) = (Int(width) + 1, Int(height) + 1)
      isAnimated = bytes[body] & 2 != 0
      try header.check(limits)
    } else if bytes.holds("VP8 ", at: name) {
      try image(lossySize(bytes, body, end))
    } else if bytes.holds("VP8L", at: name) {
      try image(losslessSize(bytes, body, end))
    } else if bytes.holds("ANMF", at: name) {
      guard isAnimated else { throw .corrupt(.webp, "a frame in a still image") }
      header.frames += 1
      try limits.check(.frames, UInt64(header.frames), \.framesMax)
    } else if bytes.holds("EXIF", at: name) {
      let prefix = bytes.holds("Exif\0\0", at: body) ? 6 : 0
      header.exif = try ExifOrientation.read(
        bytes, tiff: body + prefix, end: end, format: .webp)
    }
  }

  private mutating func image(_ size: (width: Int, height: Int)) throws(ImageError) {
    guard !hasImage, !isAnimated else { throw .corrupt(.webp, "it has two images") }
    hasImage = true
    if header.storedWidth == 0 {
      (header.storedWidth, header.storedHeight) = size
    } else if (header.storedWidth, header.storedHeight) != size {
      throw .corrupt(.webp, "its image and its canvas differ in size")
    }
    header.frames = 1
  }

  private func finished(_ limits: ImageLimits) throws(ImageError) -> ImageHeader {
    guard header.frames > 0 else { throw .corrupt(.webp, "it has no image") }
    var header = header
    // libwebp holds the whole picture and libvips a copy; an animation adds a canvas.
    header.decodingBytes =
      UInt64(header.storedWidth) * UInt64(header.storedHeight) * (isAnimated ? 12 : 8)
    return header
  }

  /// RFC 6386, 9.1: a key frame's tag, start code, and two sizes of 14 bits.
  private func lossySize(
    _ bytes: Span<UInt8>, _ body: Int, _ end: Int
  ) throws(ImageError) -> (width: Int, height: Int) {
    guard end - body >= 10, bytes[body] & 1 == 0, bytes[body + 3] == 0x9D,
      bytes[body + 4] == 0x01, bytes[body + 5] == 0x2A,
      let width = bytes.uint16(at: body + 6, littleEndian: true),
      let height = bytes.uint16(at: body + 8, littleEndian: true)
    else { throw .corrupt(.webp, "its lossy image does not start with a key frame") }
    return (Int(width & 0x3FFF), Int(height & 0x3FFF))
  }

  private func losslessSize(
    _ bytes: Span<UInt8>, _ body: Int, _ end: Int
  ) throws(ImageError) -> (width: Int, height: Int) {
    guard end - body >= 5, bytes[body] == 0x2F,
      let bits = bytes.uint32(at: body + 1, littleEndian: true)
    else { throw .corrupt(.webp, "its lossless image has no signature") }
    return (Int(bits & 0x3FFF) + 1, Int(bits >> 14 & 0x3FFF) + 1)
  }
}
