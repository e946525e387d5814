/// What an encoded image says of itself, read by our own scanners and within limits.
package struct ImageHeader: Equatable, Sendable {
  package var format: ImageFormat
  /// Pixels as stored, before rotation.
  package var storedWidth: Int
  package var storedHeight: Int
  var exif: ExifOrientation?
  /// 1, or the number of frames of an animation.
  package var frames = 1
  /// Passes over the image data: 1, or more in a progressive JPEG.
  package var scans = 1
  /// Inflated bytes of compressed profiles and texts.
  package var metadataBytes: UInt64 = 0
  /// A generous estimate of the peak memory of decoding the first frame, in bytes.
  package var decodingBytes: UInt64 = 0

  /// EXIF orientation, 1 to 8; 1 where the file says nothing.
  package var orientation: Int { exif?.value ?? 1 }

  /// Pixels as shown, after rotation.
  package var width: Int { orientation >= 5 ? storedHeight : storedWidth }
  package var height: Int { orientation >= 5 ? storedWidth : storedHeight }

  /// Reads what stands before the pixels; of a WebP, whose EXIF block may stand behind them, the
  /// heads of all chunks.
  ///
  /// Of a mapped file no more than those pages are touched. What follows may be damaged or missing.
  package static func head(
    of bytes: Span<UInt8>, limits: ImageLimits = ImageLimits()
  ) throws(ImageError) -> ImageHeader {
    try scan(bytes, limits, nil)
  }

  /// Walks the file's structure to its end; decodes no pixel.
  ///
  /// Linear in the number of bytes, constant in memory. `checkPNG` is asked about each chunk of a
  /// PNG.
  package static func read(
    _ bytes: Span<UInt8>, limits: ImageLimits, checkPNG: @escaping PNGChunk.Check
  ) throws(ImageError) -> ImageHeader {
    try scan(bytes, limits, checkPNG)
  }

  private static func scan(
    _ bytes: Span<UInt8>, _ limits: ImageLimits, _ checkPNG: PNGChunk.Check?
  ) throws(ImageError) -> ImageHeader {
    try limits.check(.bytes, UInt64(bytes.count), \.bytesMax)
    let isWhole = checkPNG != nil
    let header: ImageHeader
    switch try ImageFormat(sniffing: bytes) {
    case .jpeg: header = try JPEGScanner.scan(bytes, isWhole: isWhole, limits: limits)
    case .png: header = try PNGScanner.scan(bytes, limits: limits, check: checkPNG)
    case .webp: header = try WebPScanner.scan(bytes, limits: limits)
    case .gif: header = try GIFScanner.scan(bytes, isWhole: isWhole, limits: limits)
    }
    try header.check(limits)
    return header
  }

  /// Judges sizes; scanners call it as soon as they know them, before they walk on.
  func check(_ limits: ImageLimits) throws(ImageError) {
    guard storedWidth > 0, storedHeight > 0 else {
      throw .corrupt(format, "its size is \(storedWidth) x \(storedHeight) pixels")
    }
    let pixels = UInt64(storedWidth) * UInt64(storedHeight)
    try limits.check(.side, UInt64(max(storedWidth, storedHeight)), \.sideMax)
    try limits.check(.pixels, pixels, \.pixelsMax)
    try limits.check(.frames, UInt64(frames), \.framesMax)
    try limits.check(.pixelsOfAllFrames, pixels * UInt64(frames), \.pixelsOfAllFramesMax)
    try limits.check(.scans, UInt64(scans), \.scansMax)
    try limits.check(.metadataBytes, metadataBytes, \.metadataBytesMax)
    try limits.check(.decodingBytes, decodingBytes, \.decodingBytesMax)
  }
}

extension ImageHeader {
  /// The bytes that this was read from, saying nothing of an orientation.
  package func withoutOrientation<Bytes>(_ bytes: Bytes) -> Bytes
  where
    Bytes: RangeReplaceableCollection & MutableCollection, Bytes.Element == UInt8,
    Bytes.Index == Int
  {
    guard let exif, exif.value != 1 else { return bytes }
    var bytes = bytes
    let start = bytes.startIndex
    if let chunk = exif.chunk {
      bytes.removeSubrange(start + chunk.lowerBound..<start + chunk.upperBound)
    } else {
      bytes[start + exif.offset] = exif.isLittleEndian ? 1 : 0
      bytes[start + exif.offset + 1] = exif.isLittleEndian ? 0 : 1
    }
    return bytes
  }
}
