import Foundation
import Images
import SeededRandom
import Testing

@Suite struct DecodingTests {
  @Test(arguments: 1...8)
  func `every EXIF orientation comes out upright`(orientation: Int) throws {
    let image = try EncodedImage(Fixture.jpeg(orientation: orientation))
    #expect(image.header.orientation == orientation)
    #expect((image.header.width, image.header.height) == (64, 48))
    let pixels = try image.pixels(longSideMax: 4_096)
    #expect((pixels.width, pixels.height) == (64, 48))
    expectQuarters(pixels)
    expectQuarters(try image.tensor(side: 32, fit: .stretch))
  }

  private func expectQuarters(_ pixels: PixelBuffer) {
    let (right, bottom) = (pixels.width * 7 / 8, pixels.height * 7 / 8)
    expectClose(pixels[pixels.width / 8, pixels.height / 8], (255, 0, 0))
    expectClose(pixels[right, pixels.height / 8], (0, 255, 0))
    expectClose(pixels[pixels.width / 8, bottom], (0, 0, 255))
    expectClose(pixels[right, bottom], (255, 255, 255))
  }

  private func expectClose(
    _ color: (red: UInt8, green: UInt8, blue: UInt8), _ wanted: (Int, Int, Int),
    tolerance: Int = 12
  ) {
    #expect(abs(Int(color.red) - wanted.0) <= tolerance, "\(color) is not \(wanted)")
    #expect(abs(Int(color.green) - wanted.1) <= tolerance, "\(color) is not \(wanted)")
    #expect(abs(Int(color.blue) - wanted.2) <= tolerance, "\(color) is not \(wanted)")
  }

  @Test func `PNG gives back the pixels it was made from`() throws {
    var random = SeededGenerator(seed: 1)
    let picture = Fixture.picture(37, 23) { _, _ in
      (0..<3).map { _ in .random(in: 0...255, using: &random) }
    }
    let image = try EncodedImage(picture.encodedPNG())
    #expect(image.header.format == .png)
    #expect(try image.pixels(longSideMax: 100) == picture)
  }

  @Test func `JPEG gives back nearly the pixels it was made from`() throws {
    let image = try EncodedImage(Fixture.quarters().encodedJPEG(quality: 95))
    #expect(image.header.format == .jpeg)
    expectQuarters(try image.pixels(longSideMax: 64))
  }

  /// Sample bytes, colour type, depth, and the colour that must show.
  static let variants: [([UInt8], UInt8, UInt8, (Int, Int, Int))] = [
    ([77], 0, 8, (77, 77, 77)),
    ([0x4D, 0x4D], 0, 16, (77, 77, 77)),
    ([10, 20, 30], 2, 8, (10, 20, 30)),
    ([10, 10, 20, 20, 30, 30], 2, 16, (10, 20, 30)),
    ([100, 0], 4, 8, (255, 255, 255)),
    ([100, 255], 4, 8, (100, 100, 100)),
    ([10, 20, 30, 0], 6, 8, (255, 255, 255)),
    ([0, 0, 0, 51], 6, 8, (204, 204, 204)),
    ([0, 0, 0, 0, 0, 0, 51, 51], 6, 16, (204, 204, 204)),
  ]

  @Test(arguments: variants)
  func `grey, 16 bits and transparency become 8 bits of sRGB over white`(
    sample: [UInt8], color: UInt8, depth: UInt8, shown: (Int, Int, Int)
  ) throws {
    let image = try EncodedImage(PNGFixture.filled(sample, color: color, depth: depth).bytes)
    expectClose(try image.tensor(side: 2, fit: .stretch)[1, 1], shown, tolerance: 1)
  }

  @Test func `a palette with transparency becomes colours over white`() throws {
    var png = PNGFixture.filled([1], color: 3)
    png.chunks = [("PLTE", [1, 2, 3, 200, 100, 50]), ("tRNS", [0, 255])]
    expectClose(
      try EncodedImage(png.bytes).tensor(side: 4, fit: .stretch)[0, 0], (200, 100, 50), tolerance: 0
    )
    png.chunks[1].body = [255, 0]
    expectClose(
      try EncodedImage(png.bytes).tensor(side: 4, fit: .stretch)[0, 0], (255, 255, 255),
      tolerance: 0)
  }

  @Test func `GIF and WebP decode their first frame`() throws {
    let gif = try EncodedImage(Fixture.gif(frames: 2))
    #expect(gif.header.frames == 2)
    expectClose(try gif.tensor(side: 2, fit: .stretch)[0, 0], (10, 200, 30), tolerance: 0)
    let webp = try EncodedImage(Fixture.webp)
    expectClose(try webp.tensor(side: 3, fit: .stretch)[2, 2], (255, 255, 255), tolerance: 0)
  }

  @Test(arguments: EncodedImage.Fit.allCases, [1, 7, 64, 224])
  func `a tensor is square and a plain picture stays plain`(
    fit: EncodedImage.Fit, side: Int
  ) throws {
    let picture = Fixture.picture(300, 100) { _, _ in [127, 127, 127] }
    let tensor = try EncodedImage(picture.encodedPNG()).tensor(side: side, fit: fit)
    #expect((tensor.width, tensor.height) == (side, side))
    #expect(tensor.bytes.allSatisfy { $0 == 127 })
  }

  @Test func `each fit keeps what it promises`() throws {
    // Black, white and black thirds: the middle third is a square.
    let picture = Fixture.picture(90, 30) { x, _ in
      [UInt8](repeating: (30..<60).contains(x) ? 255 : 0, count: 3)
    }
    let image = try EncodedImage(picture.encodedPNG())
    #expect(try image.tensor(side: 30, fit: .centerCrop).bytes.allSatisfy { $0 == 255 })
    let stretched = try image.tensor(side: 30, fit: .stretch)
    #expect([stretched[2, 15].red, stretched[15, 15].red, stretched[27, 15].red] == [0, 255, 0])
    let boxed = try image.tensor(side: 30, fit: .letterbox)
    #expect([boxed[15, 2].red, boxed[15, 15].red, boxed[15, 28].red] == [127, 255, 127])
  }

  @Test func `reducing averages, so that fine stripes become grey`() throws {
    let stripes = Fixture.picture(512, 512) { x, _ in
      [UInt8](repeating: x % 2 == 0 ? 0 : 255, count: 3)
    }
    let small = try EncodedImage(stripes.encodedPNG()).tensor(side: 32, fit: .stretch)
    #expect(small.bytes.allSatisfy { (126...129).contains($0) })
  }

  @Test func `threads that decode at once get what one gets alone`() async throws {
    let image = try EncodedImage(Fixture.jpeg(orientation: 6))
    let alone = try image.tensor(side: 48, fit: .letterbox)
    try await withThrowingTaskGroup(of: PixelBuffer.self) { group in
      for _ in 0..<32 { group.addTask { try image.tensor(side: 48, fit: .letterbox) } }
      for try await pixels in group { #expect(pixels == alone) }
    }
  }

  @Test func `a thread may end its use of images, used or not`() async throws {
    let image = try EncodedImage(Fixture.gif())
    for uses in [false, true] {
      await withCheckedContinuation { continuation in
        Thread {
          #expect(throws: Never.self) { if uses { _ = try image.inspect() } }
          endImageThread()
          continuation.resume()
        }.start()
      }
    }
  }

  @Test func `floats are normalised in either layout`() {
    let pixels = PixelBuffer(width: 2, height: 1, bytes: [127, 255, 0, 63, 127, 191])
    var floats: [Float] = []
    pixels.append(to: &floats, layout: .channelsFirst)
    #expect(floats == [0, -0.5, 1, 0, -127 / 128, 0.5])
    floats = []
    pixels.append(to: &floats, layout: .channelsLast)
    #expect(floats == [0, 1, -127 / 128, -0.5, 0, 0.5])
  }

  @Test func `pictures that look alike have hashes that are near`() throws {
    let slope = Fixture.picture(200, 150) { x, y in [UInt8(x + y / 3), UInt8(x), UInt8(255 - x)] }
    let hash = try EncodedImage(slope.encodedPNG()).inspect()
    let again = try EncodedImage(slope.encodedJPEG(quality: 40)).inspect()
    let mirrored = Fixture.picture(200, 150) { x, y in
      let color = slope[199 - x, y]
      return [color.red, color.green, color.blue]
    }
    let other = try EncodedImage(mirrored.encodedPNG()).inspect()
    #expect(hash.distance(to: again) <= 6)
    #expect(hash.distance(to: other) > 10)
  }
}
