/// A file in the format of the MNIST family: unsigned bytes in one or three dimensions.
struct IDXFile: Sendable, Equatable {
  /// Items, then rows and columns where an item is an image.
  let dimensions: [Int]
  private let bytes: ArraySlice<UInt8>

  /// - Throws: `DemoError` when `data` is not such a file, whole.
  init(_ data: [UInt8], name: String) throws(DemoError) {
    guard data.count >= 4, data[0] == 0, data[1] == 0, data[2] == 0x08, [1, 3].contains(data[3])
    else { throw .badDataSet("\(name) is not an IDX file of bytes") }
    let count = Int(data[3])
    let start = 4 + 4 * count
    guard data.count >= start else { throw .badDataSet("\(name) ends within its header") }
    dimensions = (0..<count).map { index in
      data[4 + 4 * index..<8 + 4 * index].reduce(0) { $0 << 8 | Int($1) }
    }
    let (size, overflow) = dimensions.reduce((1, false)) { total, dimension in
      let product = total.0.multipliedReportingOverflow(by: dimension)
      return (product.partialValue, total.1 || product.overflow)
    }
    guard !overflow, data.count - start == size else {
      throw .badDataSet("\(name) has \(data.count - start) bytes for \(dimensions)")
    }
    bytes = data[start...]
  }

  var count: Int { dimensions[0] }

  /// The bytes of one item.
  func item(_ index: Int) -> ArraySlice<UInt8> {
    let size = dimensions.dropFirst().reduce(1, *)
    let start = bytes.startIndex + index * size
    return bytes[start..<start + size]
  }
}
