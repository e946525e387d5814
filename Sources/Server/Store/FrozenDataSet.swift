package import API
internal import Cryptography

/// One image of a frozen data set.
package struct TrainingExample: Sendable, Hashable {
  /// What is to be learned of it.
  package enum Label: Sendable, Hashable {
    /// The place of its class in the frozen class list, from 0.
    case classIndex(Int32)
    /// None: nothing but background.
    case boxes([EngineBox])
  }

  package var object: ObjectHash
  package var label: Label
  /// Examples of one group must stay on one side of a split.
  package var group: Int32
  /// Pixels, after EXIF rotation.
  package var width: Int32
  package var height: Int32

  package init(object: ObjectHash, label: Label, group: Int32, width: Int32, height: Int32) {
    self.object = object
    self.label = label
    self.group = group
    self.width = width
    self.height = height
  }
}

/// The images and labels a training learns from, as they were when it was queued.
package struct FrozenDataSet: Sendable, Equatable {
  /// A model's answers are places in this list.
  package var classNames: [String]
  package var examples: [TrainingExample]

  package init(classNames: [String], examples: [TrainingExample]) {
    self.classNames = classNames
    self.examples = examples
  }
}

extension FrozenDataSet {
  /// SHA-256, in hexadecimal, of sorted lines: `IMAGE-HASH CLASS-NAME`, for a box
  /// `IMAGE-HASH X-MIN Y-MIN X-MAX Y-MAX CLASS-NAME`, for an image without boxes `IMAGE-HASH`.
  ///
  /// `check` is called now and then, and may throw to give up.
  func hash(checking check: () throws -> Void) rethrows -> String {
    var hash = SHA256()
    // Each line begins with its image's hash, so images in order have their lines in order.
    let order = examples.indices.sorted { examples[$0].object.hex < examples[$1].object.hex }
    for (count, place) in order.enumerated() {
      for line in lines(of: examples[place]).sorted() { hash.update(line.utf8) }
      if count.isMultiple(of: 4_096) { try check() }
    }
    return lowerHex(hash.finalize())
  }

  private func lines(of example: TrainingExample) -> [String] {
    let image = example.object.hex
    switch example.label {
    case .classIndex(let index): return ["\(image) \(classNames[Int(index)])\n"]
    case .boxes(let boxes):
      guard !boxes.isEmpty else { return ["\(image)\n"] }
      return boxes.map { box in
        "\(image) \(box.xMin) \(box.yMin) \(box.xMax) \(box.yMax) "
          + "\(classNames[Int(box.classIndex)])\n"
      }
    }
  }
}

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
        let index = bytes.loadUnaligned(fromByteOffset: start, as: Int32.self)
        return EngineBox(
          classIndex: Int32(littleEndian: index), xMin: number(0), yMin: number(1),
          xMax: number(2), yMax: number(3))
      }
    }
  }
}
