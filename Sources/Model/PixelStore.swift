/// Decoded images of one size, kept in memory as far as the budget goes.
struct PixelStore {
  let side: Int
  private let decode: @Sendable (_ image: Int, _ side: Int) throws -> [UInt8]
  private var kept: [[UInt8]?]
  private var bytesLeft: Int

  init(_ set: TrainingSet, side: Int, bytesMax: Int) {
    self.side = side
    decode = set.pixels
    kept = Array(repeating: nil, count: set.labels.count)
    bytesLeft = bytesMax
  }

  /// The images as bytes, `(B, side, side, 3)`.
  mutating func batch(_ images: some Sequence<Int>) throws -> Tensor {
    var bytes: [UInt8] = []
    var count = 0
    for image in images {
      bytes += try pixels(image)
      count += 1
    }
    return try Tensor(bytes: bytes, type: .uint8, shape: [count, side, side, 3])
  }

  private mutating func pixels(_ image: Int) throws -> [UInt8] {
    if let pixels = kept[image] { return pixels }
    let pixels = try decode(image, side)
    guard pixels.count == side * side * 3 else {
      throw ModelError.badArgument(
        "image \(image) came with \(pixels.count) bytes; asked for \(side * side * 3)")
    }
    if pixels.count <= bytesLeft {
      kept[image] = pixels
      bytesLeft -= pixels.count
    }
    return pixels
  }
}
