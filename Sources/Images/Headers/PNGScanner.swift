/// A chunk of a PNG: its four-letter name and where its body lies.
package struct PNGChunk {
  /// Looks at a chunk's bytes before its meaning is read: whether they are what its checksum is of.
  ///
  /// It gets the file, the chunk and how many bytes of metadata the chunks before inflate to, and
  /// returns how many this one adds.
  package typealias Check = (Span<UInt8>, PNGChunk, UInt64) throws(ImageError) -> UInt64

  package var name: UInt32
  package var body: Range<Int>
  /// The CRC-32 that is stated of name and body.
  package var checksum: UInt32
  package var isFirst: Bool
  /// Upper case in the first letter: a decoder must know the chunk.
  var isCritical: Bool { name >> 24 & 0x20 == 0 }

  var spelling: String {
    let letters = (0..<4).map { UInt8(truncatingIfNeeded: name >> (24 - 8 * $0)) }
    return String(decoding: letters, as: UTF8.self)
  }

  static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

  /// Visits each chunk, up to and with IEND; if `isHead`, up to and with the first of image data,
  /// and no further than there are chunks.
  package static func forEach(
    of bytes: Span<UInt8>, isHead: Bool = false, _ visit: (PNGChunk) throws(ImageError) -> Void
  ) throws(ImageError) {
    var offset = signature.count
    while true {
      guard let length = bytes.uint32(at: offset).map(Int.init),
        let name = bytes.uint32(at: offset + 4)
      else {
        if isHead, offset > signature.count { return }
        throw .truncated(.png, "no end chunk in \(bytes.count) bytes")
      }
      let body = offset + 8..<offset + 8 + length
      let isThere = isHead && body.upperBound <= bytes.count
      guard let checksum = bytes.uint32(at: body.upperBound) ?? (isThere ? 0 : nil) else {
        throw .truncated(.png, "a chunk at byte \(offset) states \(length) bytes")
      }
      try visit(
        PNGChunk(
          name: name, body: body, checksum: checksum, isFirst: offset == signature.count))
      if name == 0x4945_4E44 || isHead && name == 0x4944_4154 { return }
      offset = body.upperBound + 4
    }
  }
}

/// Walks a PNG's chunks (W3C PNG, third edition) from IHDR to IEND, or to where its pixels begin.
struct PNGScanner {
  private var header = ImageHeader(format: .png, storedWidth: 0, storedHeight: 0)
  private var layout = PNGLayout()
  private var hasPalette = false
  private var data = DataPhase.before

  private enum DataPhase { case before, within, after }

  /// Reads it whole, if there is a `check` of each chunk.
  static func scan(
    _ bytes: Span<UInt8>, limits: ImageLimits, check: PNGChunk.Check?
  ) throws(ImageError) -> ImageHeader {
    var scanner = PNGScanner()
    try PNGChunk.forEach(of: bytes, isHead: check == nil) { chunk throws(ImageError) in
      if let check {
        scanner.header.metadataBytes += try check(bytes, chunk, scanner.header.metadataBytes)
      }
      try scanner.chunk(chunk, bytes, limits)
    }
    guard scanner.data != .before || check == nil else {
      throw .corrupt(.png, "it has no image data")
    }
    return scanner.header
  }

  private mutating func chunk(
    _ chunk: PNGChunk, _ bytes: Span<UInt8>, _ limits: ImageLimits
  ) throws(ImageError) {
    guard chunk.isFirst == (chunk.name == 0x4948_4452) else {
      throw .corrupt(.png, "its first chunk must be its only IHDR")
    }
    if data == .within, chunk.name != 0x4944_4154 { data = .after }
    switch chunk.name {
    case 0x4948_4452:  // IHDR
      try start(bytes, chunk, limits)
    case 0x504C_5445:  // PLTE
      let count = chunk.body.count
      guard !hasPalette, data == .before, count % 3 == 0, (3...768).contains(count) else {
        throw .corrupt(.png, "its palette has \(count) bytes or is out of place")
      }
      hasPalette = true
    case 0x4944_4154:  // IDAT
      guard data != .after else { throw .corrupt(.png, "its image data is interrupted") }
      guard hasPalette || !layout.usesPalette else { throw .corrupt(.png, "it has no palette") }
      data = .within
    case 0x4945_4E44: break  // IEND
    case 0x6163_544C:  // acTL: the number of frames of an animation
      header.frames = Int(max(1, bytes.extracting(chunk.body).uint32(at: 0) ?? 1))
      try header.check(limits)
    case 0x6558_4966:  // eXIf
      header.exif = try ExifOrientation.read(
        bytes, tiff: chunk.body.lowerBound, end: chunk.body.upperBound, format: .png)
      header.exif?.chunk = chunk.body.lowerBound - 8..<chunk.body.upperBound + 4
    default:
      guard !chunk.isCritical else {
        throw .unsupportedVariant(.png, "it needs the unknown chunk \(chunk.spelling)")
      }
    }
  }

  private mutating func start(
    _ bytes: Span<UInt8>, _ chunk: PNGChunk, _ limits: ImageLimits
  ) throws(ImageError) {
    layout = try PNGLayout(bytes.extracting(chunk.body))
    (header.storedWidth, header.storedHeight) = (layout.width, layout.height)
    header.decodingBytes = UInt64(layout.width) * 1_024
    try header.check(limits)
    // An interlaced picture is assembled whole, at 8 or 16 bits and at most 4 samples a pixel.
    guard layout.isInterlaced else { return }
    let sampleBytes: UInt64 = layout.depthBits == 16 ? 8 : 4
    header.decodingBytes += UInt64(layout.width) * UInt64(layout.height) * sampleBytes
    try header.check(limits)
  }
}
