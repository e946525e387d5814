internal import CVips

/// Walks a PNG's chunks (W3C PNG, third edition) from IHDR to IEND and checks each one's CRC.
struct PNGScanner {
  static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

  private var header = ImageHeader(format: .png, storedWidth: 0, storedHeight: 0)
  private var layout = PNGLayout()
  private var hasPalette = false
  private var data = DataPhase.before

  private enum DataPhase { case before, within, after }

  static func scan(_ bytes: Span<UInt8>, limits: ImageLimits) throws(ImageError) -> ImageHeader {
    var scanner = PNGScanner()
    try forEachChunk(of: bytes) { chunk throws(ImageError) in
      try scanner.chunk(chunk, bytes, limits)
    }
    guard scanner.data != .before else { throw .corrupt(.png, "it has no image data") }
    return scanner.header
  }

  /// One chunk: its four-letter name and where its body lies.
  struct Chunk {
    var name: UInt32
    var body: Range<Int>
    var isFirst: Bool
    /// Upper case in the first letter: a decoder must know the chunk.
    var isCritical: Bool { name >> 24 & 0x20 == 0 }

    var spelling: String {
      let letters = (0..<4).map { UInt8(truncatingIfNeeded: name >> (24 - 8 * $0)) }
      return String(decoding: letters, as: UTF8.self)
    }
  }

  /// Visits each chunk whose length and CRC hold, up to and with IEND.
  ///
  /// A second visit need not check what the first has found.
  static func forEachChunk(
    of bytes: Span<UInt8>, isChecked: Bool = false, _ visit: (Chunk) throws(ImageError) -> Void
  ) throws(ImageError) {
    var offset = signature.count
    while true {
      guard let length = bytes.uint32(at: offset).map(Int.init),
        let name = bytes.uint32(at: offset + 4)
      else { throw .truncated(.png, "no end chunk in \(bytes.count) bytes") }
      let body = offset + 8..<offset + 8 + length
      let chunk = Chunk(name: name, body: body, isFirst: offset == signature.count)
      guard let crc = bytes.uint32(at: body.upperBound) else {
        throw .truncated(.png, "a chunk at byte \(offset) states \(length) bytes")
      }
      guard isChecked || checksum(bytes.extracting(offset + 4..<body.upperBound)) == crc else {
        throw .corrupt(.png, "the checksum of the chunk at byte \(offset) is wrong")
      }
      try visit(chunk)
      if name == 0x4945_4E44 { return }
      offset = body.upperBound + 4
    }
  }

  private static func checksum(_ bytes: Span<UInt8>) -> UInt32 {
    bytes.withUnsafeBufferPointer { cv_crc32(0, $0.baseAddress, $0.count) }
  }

  private mutating func chunk(
    _ chunk: Chunk, _ bytes: Span<UInt8>, _ limits: ImageLimits
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
    case 0x6943_4350, 0x7A54_5874, 0x6954_5874:  // iCCP, zTXt, iTXt
      try inflate(chunk, bytes, limits)
    case 0x6558_4966:  // eXIf
      header.orientation = try ExifOrientation.read(
        bytes, tiff: chunk.body.lowerBound, end: chunk.body.upperBound, format: .png)
    default:
      guard !chunk.isCritical else {
        throw .unsupportedVariant(.png, "it needs the unknown chunk \(chunk.spelling)")
      }
    }
  }

  private mutating func start(
    _ bytes: Span<UInt8>, _ chunk: Chunk, _ limits: ImageLimits
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

  /// Counts what a compressed chunk inflates to, up to the limit of all of them together.
  private mutating func inflate(
    _ chunk: Chunk, _ bytes: Span<UInt8>, _ limits: ImageLimits
  ) throws(ImageError) {
    guard let stream = compressedPart(chunk, bytes) else { return }
    let left = limits.metadataBytesMax - header.metadataBytes
    let counter = try InflationCounter(sizeMax: left)
    switch counter.feed(bytes.extracting(stream)) {
    case .pastLimit:
      throw .tooMany(
        .metadataBytes, value: header.metadataBytes + counter.size, limit: limits.metadataBytesMax)
    case .damaged, .goesOn: return  // decoders ignore a broken text; so do we
    case .ended: header.metadataBytes += counter.size
    }
  }

  /// Behind the keyword and its NUL: one byte of method, or what iTXt has there instead.
  private func compressedPart(_ chunk: Chunk, _ bytes: Span<UInt8>) -> Range<Int>? {
    var offset = chunk.body.lowerBound
    func skipString() { while offset < chunk.body.upperBound, bytes[offset] != 0 { offset += 1 } }
    skipString()
    if chunk.name == 0x6954_5874 {
      guard offset + 3 <= chunk.body.upperBound, bytes[offset + 1] == 1 else { return nil }
      offset += 3
      skipString()
      offset += 1
      skipString()
      offset += 1
    } else {
      offset += 2
    }
    return offset < chunk.body.upperBound ? offset..<chunk.body.upperBound : nil
  }
}
