/// How an image is to be turned, as its EXIF block says: a small TIFF file of either byte order.
struct ExifOrientation: Equatable, Sendable {
  private static let tag: UInt16 = 0x0112
  private static let typeShort: UInt16 = 3

  /// 1 to 8; 1 where the block says 0, which cameras write for "unknown".
  let value: Int
  /// Where the two bytes of the value are in the file.
  let offset: Int
  let isLittleEndian: Bool
  /// In a PNG the whole chunk, which has a checksum.
  var chunk: Range<Int>?

  /// Reads a block; nil where it does not say.
  ///
  /// `tiff` is where the TIFF header begins, behind any `Exif\0\0`.
  ///
  /// - Throws: `.corrupt` for a broken header, a table past the block's end, or a value past 8.
  static func read(
    _ bytes: Span<UInt8>, tiff: Int, end: Int, format: ImageFormat
  ) throws(ImageError) -> ExifOrientation? {
    let block = bytes.extracting(min(tiff, end)..<end)
    let littleEndian = block.starts(with: "II")
    guard littleEndian || block.starts(with: "MM"),
      block.uint16(at: 2, littleEndian: littleEndian) == 42,
      let table = block.uint32(at: 4, littleEndian: littleEndian).map(Int.init)
    else { throw .corrupt(format, "its EXIF block has no TIFF header") }
    guard let entries = block.uint16(at: table, littleEndian: littleEndian).map(Int.init) else {
      throw .corrupt(format, "its EXIF table is at \(table) in a block of \(block.count) bytes")
    }
    for entry in 0..<entries {
      let offset = table + 2 + entry * 12
      guard
        let name = block.uint16(at: offset, littleEndian: littleEndian),
        let type = block.uint16(at: offset + 2, littleEndian: littleEndian),
        let value = block.uint16(at: offset + 8, littleEndian: littleEndian)
      else { throw .corrupt(format, "its EXIF table of \(entries) entries is cut off") }
      guard name == tag, type == typeShort else { continue }
      guard value <= 8 else {
        throw .corrupt(format, "its EXIF orientation is \(value); the largest is 8")
      }
      return ExifOrientation(
        value: max(1, Int(value)), offset: min(tiff, end) + offset + 8,
        isLittleEndian: littleEndian)
    }
    return nil
  }
}
