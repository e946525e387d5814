internal import API

/// How the boxes of a frozen image are stored: a million boxes are a row for each image this way, not
/// a million rows.
extension EngineBox {
  /// A class index and four numbers, each little-endian.
  static let encodedBytes = 36

  static func encoded(_ boxes: [EngineBox]) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(boxes.count * encodedBytes)
    for box in boxes {
      withUnsafeBytes(of: box.classIndex.littleEndian) { bytes += $0 }
      for number in [box.xMin, box.yMin, box.xMax, box.yMax] {
        withUnsafeBytes(of: number.bitPattern.littleEndian) { bytes += $0 }
      }
    }
    return bytes
  }

  static func list(encoded bytes: [UInt8]) throws(StoreError) -> [EngineBox] {
    guard bytes.count.isMultiple(of: encodedBytes) else {
      throw .database("\(bytes.count) bytes of frozen boxes")
    }
    return bytes.withUnsafeBytes { bytes in
      stride(from: 0, to: bytes.count, by: encodedBytes).map { start in
        func number(_ place: Int) -> Double {
          let bits = bytes.loadUnaligned(
            fromByteOffset: start + 4 + 8 * place, as: UInt64.self)
          return Double(bitPattern: UInt64(littleEndian: bits))
        }
        let index = bytes.loadUnaligned(fromByteOffset: start, as: UInt32.self)
        return EngineBox(
          classIndex: UInt32(littleEndian: index), xMin: number(0), yMin: number(1),
          xMax: number(2), yMax: number(3))
      }
    }
  }
}
