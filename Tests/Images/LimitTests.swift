import ImageHeaders
import Images
import Testing

@Suite struct LimitTests {
  struct Case: CustomTestStringConvertible, Sendable {
    var quantity: ImageError.Quantity
    var bytes: [UInt8]
    var limit: any WritableKeyPath<ImageLimits, UInt64> & Sendable
    var value: UInt64
    var testDescription: String { quantity.rawValue }
  }

  static let cases: [Case] = {
    let png = PNGFixture.filled([1, 2, 3], color: 2)
    var wide = png
    (wide.width, wide.height, wide.data) = (9, 1, [UInt8](repeating: 0, count: 28))
    var text = png
    text.chunks = [("zTXt", [97, 0, 0] + PNGFixture.zlib([UInt8](repeating: 7, count: 1_000)))]
    var interlaced = PNGFixture.filled([1, 2, 3], color: 2, side: 1)
    interlaced.interlace = 1
    let jpeg = (try? Fixture.quarters().encodedJPEG()) ?? []
    return [
      Case(quantity: .bytes, bytes: jpeg, limit: \.bytesMax, value: UInt64(jpeg.count)),
      Case(quantity: .side, bytes: wide.bytes, limit: \.sideMax, value: 9),
      Case(quantity: .side, bytes: jpeg, limit: \.sideMax, value: 64),
      Case(quantity: .pixels, bytes: jpeg, limit: \.pixelsMax, value: 64 * 48),
      Case(quantity: .pixels, bytes: png.bytes, limit: \.pixelsMax, value: 16),
      Case(quantity: .pixels, bytes: Fixture.gif(), limit: \.pixelsMax, value: 4),
      Case(quantity: .pixels, bytes: Fixture.webp, limit: \.pixelsMax, value: 1),
      Case(quantity: .frames, bytes: Fixture.gif(frames: 3), limit: \.framesMax, value: 3),
      Case(
        quantity: .pixelsOfAllFrames, bytes: Fixture.gif(frames: 3), limit: \.pixelsOfAllFramesMax,
        value: 12),
      Case(quantity: .scans, bytes: jpeg, limit: \.scansMax, value: 1),
      Case(quantity: .metadataBytes, bytes: text.bytes, limit: \.metadataBytesMax, value: 1_000),
      Case(
        quantity: .decodingBytes, bytes: interlaced.bytes, limit: \.decodingBytesMax,
        value: 1_024 + 4),
    ]
  }()

  @Test(arguments: cases)
  func `a limit accepts its own value and refuses one more`(_ bound: Case) throws {
    var limits = ImageLimits()
    limits[keyPath: bound.limit] = bound.value
    let image = try EncodedImage(bound.bytes, limits: limits)
    _ = try image.inspect()
    limits[keyPath: bound.limit] = bound.value - 1
    let error = #expect(throws: ImageError.self) {
      try EncodedImage(bound.bytes, limits: limits)
    }
    guard case .tooMany(bound.quantity, _, bound.value - 1) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test func `a size no memory could hold is refused from the header alone`() {
    let bytes = PNGFixture(width: 2_147_483_647, height: 2_147_483_647).bytes
    #expect(
      throws: ImageError.tooMany(.side, value: 2_147_483_647, limit: ImageLimits().sideMax)
    ) { try EncodedImage(bytes) }
    #expect(throws: ImageError.self) {
      try EncodedImage(Fixture.webp(canvasWidth: 1 << 24, canvasHeight: 1 << 24))
    }
  }

  @Test func `the message names the thing, the value and the limit`() {
    #expect(
      ImageError.tooMany(.pixels, value: 12, limit: 10).description
        == "the image has 12 pixels; the limit is 10")
  }
}
