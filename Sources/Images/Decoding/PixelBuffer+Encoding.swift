internal import CVips
package import ImageHeaders

extension PixelBuffer {
  /// As a PNG: the same pixels come back.
  package func encodedPNG() throws(ImageError) -> [UInt8] {
    try encoded(.png, quality: 0)
  }

  /// As a JPEG.
  ///
  /// - Precondition: `quality` is 1 to 100.
  package func encodedJPEG(quality: Int = 85) throws(ImageError) -> [UInt8] {
    precondition((1...100).contains(quality), "a JPEG of quality \(quality)")
    return try encoded(.jpeg, quality: quality)
  }

  private func encoded(_ format: ImageFormat, quality: Int) throws(ImageError) -> [UInt8] {
    try Vips.start()
    var output: UnsafeMutablePointer<UInt8>?
    var count = 0
    let result = bytes.withUnsafeBufferPointer { input in
      Vips.withMessage {
        cv_encode(
          format.shim, input.baseAddress, Int32(width), Int32(height), Int32(quality),
          &output, &count, $0)
      }
    }
    defer { cv_free(output) }
    switch result {
    case .success: return Array(UnsafeBufferPointer(start: output, count: count))
    case .failure(let failure): throw .library(failure.text)
    }
  }
}
