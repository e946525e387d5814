internal import API
internal import Cryptography

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
