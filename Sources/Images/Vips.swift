internal import CVips

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
