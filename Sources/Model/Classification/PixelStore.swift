internal import Dispatch
internal import Synchronization

/// Decoded images of one size, kept in memory as far as the budget goes.
package struct PixelStore {
  let side: Int
  private let decode: @Sendable (_ image: Int, _ side: Int) throws -> [UInt8]
  private var kept: [[UInt8]?]
  private var bytesLeft: Int

  package init(
    imageCount: Int, side: Int, bytesMax: Int,
    decode: @escaping @Sendable (_ image: Int, _ side: Int) throws -> [UInt8]
  ) {
    self.side = side
    self.decode = decode
    kept = Array(repeating: nil, count: imageCount)
    bytesLeft = bytesMax
  }

  /// Decodes as many of the images as the budget allows, on all cores; `decoded` hears how many more.
  mutating func fill(_ wanted: [Int], decoded: (Int) throws(ModelError) -> Void) throws {
    let fitting = min(wanted.count, bytesLeft / (side * side * 3))
    for start in stride(from: 0, to: fitting, by: PixelStore.decodedAtOnce) {
      let images = wanted[start..<min(start + PixelStore.decodedAtOnce, fitting)]
      let results = Mutex<[Int: Result<[UInt8], any Error>]>([:])
      DispatchQueue.concurrentPerform(iterations: images.count) { [decode, side] index in
        let image = images[images.startIndex + index]
        let result = Result { try decode(image, side) }
        results.withLock { $0[image] = result }
      }
      let all = results.withLock { $0 }
      // In order, so that of several bad images always the same one is reported.
      for image in images { try keep(image, all[image]?.get() ?? []) }
      try decoded(images.count)
    }
  }

  private static let decodedAtOnce = 32

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

  /// The bytes of one image, `(side, side, 3)`.
  mutating func pixels(_ image: Int) throws -> [UInt8] {
    if let pixels = kept[image] { return pixels }
    let pixels = try decode(image, side)
    try keep(image, pixels)
    return pixels
  }

  private mutating func keep(_ image: Int, _ pixels: [UInt8]) throws(ModelError) {
    guard pixels.count == side * side * 3 else {
      throw ModelError.badArgument(
        "image \(image) came with \(pixels.count) bytes; asked for \(side * side * 3)")
    }
    if pixels.count <= bytesLeft {
      kept[image] = pixels
      bytesLeft -= pixels.count
    }
  }
}
