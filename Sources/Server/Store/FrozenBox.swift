/// A box of a frozen data set, in pixels of the upright image.
package struct FrozenBox: Sendable, Hashable {
  /// The place of its class in the frozen class list, from 0.
  package var classIndex: UInt32
  package var xMin: Double
  package var yMin: Double
  package var xMax: Double
  package var yMax: Double

  package init(classIndex: UInt32, xMin: Double, yMin: Double, xMax: Double, yMax: Double) {
    self.classIndex = classIndex
    self.xMin = xMin
    self.yMin = yMin
    self.xMax = xMax
    self.yMax = yMax
  }
}

extension FrozenBox {
  /// A class index and four numbers, each little-endian.
  static let encodedBytes = 36

  /// A million boxes are a row for each image this way, not a million rows.
  static func encoded(_ boxes: [FrozenBox]) -> [UInt8] {
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

  static func list(encoded bytes: [UInt8]) throws(StoreError) -> [FrozenBox] {
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
        return FrozenBox(
          classIndex: UInt32(littleEndian: index), xMin: number(0), yMin: number(1),
          xMax: number(2), yMax: number(3))
      }
    }
  }
}
