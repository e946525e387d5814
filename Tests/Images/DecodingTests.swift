import Foundation
import ImageHeaders
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
    expectQuarters(try image.square(side: 32))
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
    expectClose(try image.square(side: 2)[1, 1], shown, tolerance: 1)
  }

  @Test func `a palette with transparency becomes colours over white`() throws {
    var png = PNGFixture.filled([1], color: 3)
    png.chunks = [("PLTE", [1, 2, 3, 200, 100, 50]), ("tRNS", [0, 255])]
    expectClose(
      try EncodedImage(png.bytes).square(side: 4)[0, 0], (200, 100, 50), tolerance: 0
    )
    png.chunks[1].body = [255, 0]
    expectClose(
      try EncodedImage(png.bytes).square(side: 4)[0, 0], (255, 255, 255),
      tolerance: 0)
  }

  @Test func `GIF and WebP decode their first frame`() throws {
    let gif = try EncodedImage(Fixture.gif(frames: 2))
    #expect(gif.header.frames == 2)
    expectClose(try gif.square(side: 2)[0, 0], (10, 200, 30), tolerance: 0)
    let webp = try EncodedImage(Fixture.webp)
    expectClose(try webp.square(side: 3)[2, 2], (255, 255, 255), tolerance: 0)
  }

  @Test(arguments: [1, 7, 64, 224])
  func `a square of a plain picture stays plain`(side: Int) throws {
    let picture = Fixture.picture(300, 100) { _, _ in [127, 127, 127] }
    let square = try EncodedImage(picture.encodedPNG()).square(side: side)
    #expect((square.width, square.height) == (side, side))
    #expect(square.bytes.allSatisfy { $0 == 127 })
  }

  @Test func `a square shows the whole picture, squeezed`() throws {
    // Black, white and black thirds.
    let picture = Fixture.picture(90, 30) { x, _ in
      [UInt8](repeating: (30..<60).contains(x) ? 255 : 0, count: 3)
    }
    let square = try EncodedImage(picture.encodedPNG()).square(side: 30)
    #expect([square[2, 15].red, square[15, 15].red, square[27, 15].red] == [0, 255, 0])
  }

  @Test func `reducing averages, so that fine stripes become grey`() throws {
    let stripes = Fixture.picture(512, 512) { x, _ in
      [UInt8](repeating: x % 2 == 0 ? 0 : 255, count: 3)
    }
    let small = try EncodedImage(stripes.encodedPNG()).square(side: 32)
    #expect(small.bytes.allSatisfy { (126...129).contains($0) })
  }

  @Test func `threads that decode at once get what one gets alone`() async throws {
    let image = try EncodedImage(Fixture.jpeg(orientation: 6))
    let alone = try image.square(side: 48)
    try await withThrowingTaskGroup(of: PixelBuffer.self) { group in
      for _ in 0..<32 { group.addTask { try image.square(side: 48) } }
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
