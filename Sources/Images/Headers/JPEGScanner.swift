/// Walks a JPEG's segments (ITU-T T.81, annex B) from SOI to EOI, or to where its pixels begin.
///
/// Bytes behind EOI are allowed: cameras put previews and depth maps there.
struct JPEGScanner {
  private var header = ImageHeader(format: .jpeg, storedWidth: 0, storedHeight: 0)
  private var hasFrame = false
  private var hasQuantization = false
  private var hasHuffman = false
  private var hasExif = false

  static func scan(
    _ bytes: Span<UInt8>, isWhole: Bool, limits: ImageLimits
  ) throws(ImageError) -> ImageHeader {
    var scanner = JPEGScanner()
    scanner.header.scans = 0
    var offset = 2
    while true {
      let marker = try nextMarker(bytes, &offset)
      if marker == 0xD9 { break }
      if marker == 0xDA, !isWhole, scanner.hasFrame {
        scanner.header.scans = 1
        break
      }
      let end = try segmentEnd(bytes, offset, marker)
      try scanner.segment(marker, bytes, offset + 2, end, limits)
      offset = marker == 0xDA ? try skipEntropyCoded(bytes, from: end) : end
    }
    guard scanner.header.scans > 0 else { throw .corrupt(.jpeg, "it has no image data") }
    return scanner.header
  }

  /// The marker at `offset`, any fill bytes skipped; moves behind it.
  private static func nextMarker(
    _ bytes: Span<UInt8>, _ offset: inout Int
  ) throws(ImageError) -> UInt8 {
    guard let first = bytes.byte(at: offset) else {
      throw .truncated(.jpeg, "no end marker in \(bytes.count) bytes")
    }
    guard first == 0xFF else { throw .corrupt(.jpeg, "no marker at byte \(offset)") }
    while bytes.byte(at: offset) == 0xFF { offset += 1 }
    guard let marker = bytes.byte(at: offset) else {
      throw .truncated(.jpeg, "no end marker in \(bytes.count) bytes")
    }
    offset += 1
    guard marker >= 0xC0, !(0xD0...0xD8).contains(marker) else {
      throw .corrupt(.jpeg, "marker \(marker) at byte \(offset - 1) is out of place")
    }
    return marker
  }

  private static func segmentEnd(
    _ bytes: Span<UInt8>, _ offset: Int, _ marker: UInt8
  ) throws(ImageError) -> Int {
    guard let length = bytes.uint16(at: offset).map(Int.init) else {
      throw .truncated(.jpeg, "segment \(marker) has no length")
    }
    guard length >= 2 else { throw .corrupt(.jpeg, "segment \(marker) has length \(length)") }
    guard offset + length <= bytes.count else {
      throw .truncated(.jpeg, "segment \(marker) needs \(offset + length - bytes.count) more bytes")
    }
    return offset + length
  }

  /// The offset of the next marker that is neither a stuffed byte nor a restart.
  private static func skipEntropyCoded(
    _ bytes: Span<UInt8>, from start: Int
  ) throws(ImageError) -> Int {
    var offset = start
    let last = bytes.count - 1
    while offset < last {
      if bytes[offset] == 0xFF {
        let next = bytes[offset + 1]
        if next != 0, next != 0xFF, !(0xD0...0xD7).contains(next) { return offset }
      }
      offset += 1
    }
    throw .truncated(.jpeg, "its image data has no end")
  }

  private mutating func segment(
    _ marker: UInt8, _ bytes: Span<UInt8>, _ start: Int, _ end: Int, _ limits: ImageLimits
  ) throws(ImageError) {
    switch marker {
    case 0xC0, 0xC1, 0xC2:
      try frame(bytes, start, end, progressive: marker == 0xC2)
      try header.check(limits)
    case 0xC4: hasHuffman = true
    case 0xC3, 0xC5...0xCF:
      throw .unsupportedVariant(.jpeg, "coding process \(marker - 0xC0) (lossless or arithmetic)")
    case 0xDB: hasQuantization = true
    case 0xDA:
      guard hasFrame else { throw .corrupt(.jpeg, "image data before the frame header") }
      guard hasQuantization else { throw .corrupt(.jpeg, "it has no quantization table") }
      guard hasHuffman else { throw .corrupt(.jpeg, "it has no Huffman table") }
      header.scans += 1
      try limits.check(.scans, UInt64(header.scans), \.scansMax)
    case 0xE1 where bytes.holds("Exif\0\0", at: start) && start + 6 <= end && !hasExif:
      hasExif = true
      header.exif = try ExifOrientation.read(
        bytes, tiff: start + 6, end: end, format: .jpeg)
    default: break  // application data, comments and restart intervals do not concern us
    }
  }

  private mutating func frame(
    _ bytes: Span<UInt8>, _ start: Int, _ end: Int, progressive: Bool
  ) throws(ImageError) {
    guard !hasFrame else { throw .corrupt(.jpeg, "it has two frame headers") }
    guard end - start >= 6, let height = bytes.uint16(at: start + 1),
      let width = bytes.uint16(at: start + 3)
    else { throw .corrupt(.jpeg, "its frame header has \(end - start) bytes") }
    let components = Int(bytes[start + 5])
    guard components == 1 || components == 3 || components == 4,
      end - start == 6 + 3 * components
    else { throw .corrupt(.jpeg, "its frame header names \(components) colour components") }
    guard bytes[start] == 8 else {
      throw .unsupportedVariant(.jpeg, "\(bytes[start]) bits a sample; only 8 are read")
    }
    hasFrame = true
    (header.storedWidth, header.storedHeight) = (Int(width), Int(height))
    var (blocks, across, down) = (UInt64(0), UInt64(1), UInt64(1))
    for component in 0..<components {
      let sampling = UInt64(bytes[start + 7 + 3 * component])
      let (horizontal, vertical) = (sampling >> 4, sampling & 15)
      guard (1...4).contains(horizontal), (1...4).contains(vertical) else {
        throw .corrupt(.jpeg, "its sampling factors are \(horizontal) x \(vertical)")
      }
      blocks += horizontal * vertical
      (across, down) = (max(across, horizontal), max(down, vertical))
    }
    // Progressive coding keeps two bytes a coefficient; otherwise a few rows of blocks suffice.
    let coefficients = UInt64(width) * UInt64(height) * blocks / (across * down)
    header.decodingBytes = UInt64(width) * 1_024 + (progressive ? 2 * coefficients : 0)
  }
}
