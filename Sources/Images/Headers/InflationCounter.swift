internal import CVips

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

extension PNGScanner {
  /// Inflates all image data of a PNG whose structure holds, to see that it is exactly the pixels.
  ///
  /// libpng only warns of too much data, and stops reading before it sees the end of too little.
  static func checkImageData(_ bytes: Span<UInt8>) throws(ImageError) {
    var expected: UInt64 = 0
    var counter: InflationCounter?
    var state = InflationCounter.State.goesOn
    try forEachChunk(of: bytes, isChecked: true) { chunk throws(ImageError) in
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
