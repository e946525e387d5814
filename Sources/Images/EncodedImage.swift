internal import CVips

/// An encoded image whose header was read and is within limits; its pixels are decoded on demand.
///
/// May be used from several threads at once. A call decodes on its own thread and blocks it.
package final class EncodedImage: Sendable {
  package let header: ImageHeader
  private let storage: ImageStorage

  package init(_ bytes: [UInt8], limits: ImageLimits = ImageLimits()) throws(ImageError) {
    let storage = ImageStorage(bytes)
    header = try storage.withSpan { bytes throws(ImageError) in
      try ImageHeader.read(bytes, limits: limits)
    }
    self.storage = storage
  }

  /// Maps the file, so that memory holds only the pages in use.
  package init(path: String, limits: ImageLimits = ImageLimits()) throws(ImageError) {
    let storage = try ImageStorage(path: path, limits: limits)
    header = try storage.withSpan { bytes throws(ImageError) in
      try ImageHeader.read(bytes, limits: limits)
    }
    self.storage = storage
  }

  /// Decodes every pixel of the first frame and judges it; keeps only a thumbnail.
  ///
  /// - Throws: `.corrupt` or `.truncated` for any damage that a decoder can see.
  package func inspect() throws(ImageError) -> PerceptualHash {
    if header.format == .png {
      try storage.withSpan { bytes throws(ImageError) in
        try PNGScanner.checkImageData(bytes)
      }
    }
    return try PerceptualHash(
      thumbnail: decode(
        whole, to: (PerceptualHash.width, PerceptualHash.height), shrinksOnLoad: false))
  }

  /// How a picture of any shape becomes a square.
  package enum Fit: String, CaseIterable, Sendable {
    /// The largest square in the middle; what lies outside it is lost.
    case centerCrop
    /// Width and height are scaled on their own; shapes are distorted.
    case stretch
    /// The whole picture, with bars of grey 127 (0 after normalisation) on two sides.
    case letterbox
  }

  /// The picture as a square of `side` pixels: `(side, side, 3)`, upright, over white.
  ///
  /// - Precondition: `side` is 1 to 4,096.
  package func tensor(side: Int, fit: Fit) throws(ImageError) -> PixelBuffer {
    precondition((1...4_096).contains(side), "a tensor of side \(side)")
    switch fit {
    case .stretch: return try decode(whole, to: (side, side))
    case .centerCrop: return try decode(centerSquare, to: (side, side))
    case .letterbox:
      return try decode(whole, to: fitted(longSideMax: side, enlarges: true))
        .centered(inSquareOf: side, gray: 127)
    }
  }

  /// The upright picture, reduced to a longer side of `longSideMax` where it is longer.
  ///
  /// - Precondition: `longSideMax` is 1 to 32,768.
  package func pixels(longSideMax: Int) throws(ImageError) -> PixelBuffer {
    precondition((1...32_768).contains(longSideMax), "pixels with side \(longSideMax)")
    return try decode(whole, to: fitted(longSideMax: longSideMax, enlarges: false))
  }

  private struct Area { var left, top, width, height: Int }

  private var whole: Area {
    Area(left: 0, top: 0, width: header.storedWidth, height: header.storedHeight)
  }

  /// The same in stored and in upright pixels: turning a picture keeps its middle.
  private var centerSquare: Area {
    let side = min(header.storedWidth, header.storedHeight)
    return Area(
      left: (header.storedWidth - side) / 2, top: (header.storedHeight - side) / 2,
      width: side, height: side)
  }

  private func fitted(longSideMax: Int, enlarges: Bool) -> (width: Int, height: Int) {
    let long = max(header.width, header.height)
    guard long > longSideMax || enlarges else { return (header.width, header.height) }
    func scaled(_ side: Int) -> Int { max(1, (side * longSideMax * 2 + long) / (long * 2)) }
    return (scaled(header.width), scaled(header.height))
  }

  private func decode(
    _ area: Area, to size: (width: Int, height: Int), shrinksOnLoad: Bool = true
  ) throws(ImageError) -> PixelBuffer {
    try Vips.start()
    var request = cv_request()
    request.format = header.format.shim
    request.stored_width = Int32(header.storedWidth)
    request.stored_height = Int32(header.storedHeight)
    request.orientation = Int32(header.orientation)
    request.crop_left = Int32(area.left)
    request.crop_top = Int32(area.top)
    request.crop_width = Int32(area.width)
    request.crop_height = Int32(area.height)
    request.target_width = Int32(size.width)
    request.target_height = Int32(size.height)
    request.shrinks_on_load = shrinksOnLoad ? 1 : 0
    var pixels = [UInt8](repeating: 0, count: size.width * size.height * 3)
    let result = try storage.withSpan { bytes throws(ImageError) in
      bytes.withUnsafeBufferPointer { input in
        request.bytes = input.baseAddress
        request.byte_count = input.count
        return pixels.withUnsafeMutableBufferPointer { output in
          Vips.withMessage { cv_decode(&request, output.baseAddress, output.count, $0) }
        }
      }
    }
    switch result {
    case .success: return PixelBuffer(width: size.width, height: size.height, bytes: pixels)
    case .failure(let failure): throw .corrupt(header.format, failure.text)
    }
  }
}
