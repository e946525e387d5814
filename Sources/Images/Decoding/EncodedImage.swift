internal import CVips
package import ImageHeaders

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
        try PNGChunk.checkImageData(bytes)
      }
    }
    return try PerceptualHash(
      thumbnail: decode(
        to: (PerceptualHash.width, PerceptualHash.height), shrinksOnLoad: false))
  }

  /// The picture as a square of `side` pixels: `(side, side, 3)`, upright, over white.
  ///
  /// Width and height are scaled on their own, so shapes are distorted.
  ///
  /// - Precondition: `side` is 1 to 4,096.
  package func square(side: Int) throws(ImageError) -> PixelBuffer {
    precondition((1...4_096).contains(side), "a square of side \(side)")
    return try decode(to: (side, side))
  }

  /// The upright picture, reduced to a longer side of `longSideMax` where it is longer.
  ///
  /// - Precondition: `longSideMax` is 1 to 32,768.
  package func pixels(longSideMax: Int) throws(ImageError) -> PixelBuffer {
    precondition((1...32_768).contains(longSideMax), "pixels with side \(longSideMax)")
    return try decode(to: fitted(longSideMax: longSideMax))
  }

  private func fitted(longSideMax: Int) -> (width: Int, height: Int) {
    let long = max(header.width, header.height)
    guard long > longSideMax else { return (header.width, header.height) }
    func scaled(_ side: Int) -> Int { max(1, (side * longSideMax * 2 + long) / (long * 2)) }
    return (scaled(header.width), scaled(header.height))
  }

  private func decode(
    to size: (width: Int, height: Int), shrinksOnLoad: Bool = true
  ) throws(ImageError) -> PixelBuffer {
    try Vips.start()
    var request = cv_request()
    request.format = header.format.shim
    request.stored_width = Int32(header.storedWidth)
    request.stored_height = Int32(header.storedHeight)
    request.orientation = Int32(header.orientation)
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

/// The one door to the C shim: starts libvips once and turns its results into throws.
enum Vips {
  private static let started: Result<Void, ImageError> = withMessage { message in
    cv_start(message)
  }.mapError { .library($0.text) }

  static func start() throws(ImageError) { try started.get() }

  /// What the library said, one line.
  struct Failure: Error { var text: String }

  static func withMessage(
    _ body: (UnsafeMutablePointer<CChar>?) -> Int32
  ) -> Result<Void, Failure> {
    var text: [CChar] = Array(repeating: 0, count: Int(CV_MESSAGE_SIZE))
    let result = text.withUnsafeMutableBufferPointer { body($0.baseAddress) }
    guard result != 0 else { return .success(()) }
    let bytes = text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
    return .failure(Failure(text: String(decoding: bytes, as: UTF8.self)))
  }
}

/// Frees what libvips keeps for the calling thread: call it last on a thread that used images.
package func endImageThread() { cv_end_thread() }

extension ImageFormat {
  var shim: cv_format {
    switch self {
    case .jpeg: CV_JPEG
    case .png: CV_PNG
    case .webp: CV_WEBP
    case .gif: CV_GIF
    }
  }
}
