/// Walks a GIF's blocks (GIF89a specification) from the screen descriptor to the trailer.
///
/// If it is not to be read whole, the descriptor alone says how large it is.
struct GIFScanner {
  static func scan(
    _ bytes: Span<UInt8>, isWhole: Bool, limits: ImageLimits
  ) throws(ImageError) -> ImageHeader {
    guard let width = bytes.uint16(at: 6, littleEndian: true),
      let height = bytes.uint16(at: 8, littleEndian: true), let flags = bytes.byte(at: 10)
    else { throw .truncated(.gif, "no screen descriptor") }
    var header = ImageHeader(format: .gif, storedWidth: Int(width), storedHeight: Int(height))
    // Four bytes a pixel in the decoder's canvas, and as many in the copy handed on.
    header.decodingBytes = UInt64(width) * UInt64(height) * 8
    try header.check(limits)
    guard isWhole else { return header }
    header.frames = 0
    var offset = 13 + colorTableBytes(flags)
    while true {
      guard let block = bytes.byte(at: offset) else {
        throw .truncated(.gif, "no trailer in \(bytes.count) bytes")
      }
      switch block {
      case 0x3B:
        guard header.frames > 0 else { throw .corrupt(.gif, "it has no frame") }
        return header
      case 0x21:
        offset = try skipSubBlocks(bytes, from: offset + 2)
      case 0x2C:
        header.frames += 1
        try limits.check(.frames, UInt64(header.frames), \.framesMax)
        offset = try skipFrame(bytes, offset, limits)
      default:
        throw .corrupt(.gif, "block \(block) at byte \(offset) is unknown")
      }
    }
  }

  private static func colorTableBytes(_ flags: UInt8) -> Int {
    flags & 0x80 == 0 ? 0 : 3 << (Int(flags & 7) + 1)
  }

  private static func skipFrame(
    _ bytes: Span<UInt8>, _ offset: Int, _ limits: ImageLimits
  ) throws(ImageError) -> Int {
    guard let width = bytes.uint16(at: offset + 5, littleEndian: true),
      let height = bytes.uint16(at: offset + 7, littleEndian: true),
      let flags = bytes.byte(at: offset + 9)
    else { throw .truncated(.gif, "a frame has no descriptor") }
    // A frame may be larger than the screen, and decoders allocate it all the same.
    try limits.check(.pixels, UInt64(width) * UInt64(height), \.pixelsMax)
    let data = offset + 10 + colorTableBytes(flags)
    guard let codeBits = bytes.byte(at: data) else {
      throw .truncated(.gif, "a frame has no image data")
    }
    guard (1...11).contains(codeBits) else {
      throw .corrupt(.gif, "a frame's codes start at \(codeBits) bits; at most 11 are possible")
    }
    return try skipSubBlocks(bytes, from: data + 1)
  }

  private static func skipSubBlocks(
    _ bytes: Span<UInt8>, from start: Int
  ) throws(ImageError) -> Int {
    var offset = start
    while let length = bytes.byte(at: offset) {
      offset += 1 + Int(length)
      if length == 0 { return offset }
    }
    throw .truncated(.gif, "a chain of blocks has no end")
  }
}
