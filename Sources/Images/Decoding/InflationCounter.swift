internal import CVips
internal import ImageHeaders

/// Counts the bytes that a zlib stream inflates to, keeping none of them.
final class InflationCounter {
  enum State { case goesOn, ended, pastLimit, damaged }

  private let inflater: OpaquePointer

  init(sizeMax: UInt64) throws(ImageError) {
    guard let inflater = cv_inflater_new(sizeMax) else { throw .library("zlib has no memory") }
    self.inflater = inflater
  }

  deinit { cv_inflater_free(inflater) }

  var size: UInt64 { cv_inflater_size(inflater) }

  func feed(_ bytes: Span<UInt8>) -> State {
    let result = bytes.withUnsafeBufferPointer {
      cv_inflater_feed(inflater, $0.baseAddress, $0.count)
    }
    switch result {
    case CV_INFLATE_MORE: return .goesOn
    case CV_INFLATE_END: return .ended
    case CV_INFLATE_LIMIT: return .pastLimit
    default: return .damaged
    }
  }
}

extension ImageHeader {
  /// Reads the header and walks the file's structure to its end; decodes no pixel.
  static func read(
    _ bytes: Span<UInt8>, limits: ImageLimits
  ) throws(ImageError) -> ImageHeader {
    try read(bytes, limits: limits) { bytes, chunk, metadataBytes throws(ImageError) in
      let named = bytes.extracting(chunk.body.lowerBound - 4..<chunk.body.upperBound)
      let checksum = named.withUnsafeBufferPointer { cv_crc32(0, $0.baseAddress, $0.count) }
      guard checksum == chunk.checksum else {
        throw .corrupt(
          .png, "the checksum of the chunk at byte \(chunk.body.lowerBound - 8) is wrong")
      }
      return try chunk.inflatedBytes(in: bytes, after: metadataBytes, limits)
    }
  }
}

extension PNGChunk {
  /// What a compressed profile or text inflates to, up to the limit of all of them together.
  fileprivate func inflatedBytes(
    in bytes: Span<UInt8>, after metadataBytes: UInt64, _ limits: ImageLimits
  ) throws(ImageError) -> UInt64 {
    guard let stream = compressedPart(of: bytes) else { return 0 }
    let counter = try InflationCounter(sizeMax: limits.metadataBytesMax - metadataBytes)
    switch counter.feed(bytes.extracting(stream)) {
    case .pastLimit:
      throw .tooMany(
        .metadataBytes, value: metadataBytes + counter.size, limit: limits.metadataBytesMax)
    case .damaged, .goesOn: return 0  // decoders ignore a broken text; so do we
    case .ended: return counter.size
    }
  }

  /// Of iCCP, zTXt and iTXt, behind the keyword and its NUL: one byte of method, or what iTXt has
  /// there instead.
  private func compressedPart(of bytes: Span<UInt8>) -> Range<Int>? {
    guard [0x6943_4350, 0x7A54_5874, 0x6954_5874].contains(name) else { return nil }
    var offset = body.lowerBound
    func skipString() { while offset < body.upperBound, bytes[offset] != 0 { offset += 1 } }
    skipString()
    if name == 0x6954_5874 {
      guard offset + 3 <= body.upperBound, bytes[offset + 1] == 1 else { return nil }
      offset += 3
      skipString()
      offset += 1
      skipString()
      offset += 1
    } else {
      offset += 2
    }
    return offset < body.upperBound ? offset..<body.upperBound : nil
  }

  /// Inflates all image data of a PNG whose structure holds, to see that it is exactly the pixels.
  ///
  /// libpng only warns of too much data, and stops reading before it sees the end of too little.
  static func checkImageData(_ bytes: Span<UInt8>) throws(ImageError) {
    var expected: UInt64 = 0
    var counter: InflationCounter?
    var state = InflationCounter.State.goesOn
    try forEach(of: bytes) { chunk throws(ImageError) in
      if chunk.isFirst {
        expected = try PNGLayout(bytes.extracting(chunk.body)).inflatedBytes
        counter = try InflationCounter(sizeMax: expected)
      } else if chunk.name == 0x4944_4154, let counter, state == .goesOn {
        state = counter.feed(bytes.extracting(chunk.body))
      }
    }
    let size = counter?.size ?? 0
    switch state {
    case .ended where size == expected: return
    case .ended, .goesOn:
      throw .truncated(.png, "\(size) of \(expected) bytes of pixels")
    case .pastLimit: throw .corrupt(.png, "more image data than its \(expected) bytes of pixels")
    case .damaged: throw .corrupt(.png, "its image data does not inflate")
    }
  }
}
