/// What an image may cost, judged from its header before a pixel is decoded.
package struct ImageLimits: Equatable, Sendable {
  /// The encoded file: room for a 16-bit PNG of a 20-megapixel camera.
  package var bytesMax: UInt64 = 128 << 20
  /// Width or height: twice the largest WebP, room for stitched panoramas.
  package var sideMax: UInt64 = 32_768
  /// Width times height of a frame: above today's 50-megapixel phones.
  package var pixelsMax: UInt64 = 64 << 20
  /// Frames of an animation, though only the first is decoded.
  package var framesMax: UInt64 = 1_000
  /// Width times height times frames: what a viewer of the stored file would have to decode.
  package var pixelsOfAllFramesMax: UInt64 = 256 << 20
  /// Scans of a JPEG: each costs a pass over all pixels however few bytes it has; encoders use 10.
  package var scansMax: UInt64 = 50
  /// Inflated profiles and texts of a PNG, which a few kilobytes can make endless.
  package var metadataBytesMax: UInt64 = 4 << 20
  /// The estimated peak while decoding, `ImageHeader.decodingBytes`.
  package var decodingBytesMax: UInt64 = 512 << 20

  package init() {}

  /// - Throws: `.tooMany` when `value` is past `limit`.
  package func check(
    _ quantity: ImageError.Quantity, _ value: UInt64, _ limit: KeyPath<ImageLimits, UInt64>
  ) throws(ImageError) {
    guard value <= self[keyPath: limit] else {
      throw .tooMany(quantity, value: value, limit: self[keyPath: limit])
    }
  }
}
