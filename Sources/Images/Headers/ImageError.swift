/// Why bytes were not taken as an image.
package enum ImageError: Error, Equatable, Sendable {
  /// A quantity judged before decoding.
  package enum Quantity: String, Sendable {
    case bytes = "bytes"
    case side = "pixels on the longer side"
    case pixels = "pixels"
    case frames = "frames"
    case pixelsOfAllFrames = "pixels in all frames"
    case scans = "scans"
    case metadataBytes = "bytes of metadata"
    case decodingBytes = "bytes of memory to decode"
  }

  /// The image has `value` of a quantity of which at most `limit` are allowed.
  case tooMany(Quantity, value: UInt64, limit: UInt64)
  /// Not a JPEG, PNG, WebP or GIF; the text says what it looks like.
  case unsupportedFormat(String)
  /// A JPEG, PNG, WebP or GIF of a kind that is not read, such as arithmetic coding.
  case unsupportedVariant(ImageFormat, String)
  /// The file ends before the image does.
  case truncated(ImageFormat, String)
  /// The bytes contradict their format.
  case corrupt(ImageFormat, String)
  /// The file could not be read.
  case unreadable(path: String, errno: Int32)
  /// libvips could not start or could not write an image: a fault of the installation.
  case library(String)
}

extension ImageError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .tooMany(let quantity, let value, let limit):
      "the image has \(value) \(quantity.rawValue); the limit is \(limit)"
    case .unsupportedFormat(let look):
      "the image must be JPEG, PNG, WebP or GIF; these bytes look like \(look)"
    case .unsupportedVariant(let format, let reason):
      "this kind of \(format.rawValue) is not supported: \(reason)"
    case .truncated(let format, let reason):
      "the \(format.rawValue) image is cut off: \(reason)"
    case .corrupt(let format, let reason):
      "the \(format.rawValue) image is damaged: \(reason)"
    case .unreadable(let path, let errno):
      "the image file \(path) could not be read: error \(errno)"
    case .library(let reason):
      "the image library failed: \(reason)"
    }
  }
}
