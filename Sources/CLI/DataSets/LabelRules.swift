/// What every format's labels must satisfy: the rules of the server, found out before it is asked.
enum LabelRules {
  /// Why a name cannot be that of a class; nil for a good one.
  static func fault(inClassName name: String, _ limits: DataSetLimits) -> String? {
    let bytes = name.utf8.count
    guard bytes > 0 else { return "a class without a name" }
    guard bytes <= limits.classNameBytesMax else {
      return "a class name of \(bytes) bytes; the limit is \(limits.classNameBytesMax)"
    }
    let isClean = name.unicodeScalars.allSatisfy {
      $0 != "/" && $0 != "\\" && $0.properties.generalCategory != .control
    }
    guard isClean, name.trimmed == name, name != ".", name != ".." else {
      return "the class name '\(name)': no `/`, `\\`, control characters or spaces around it"
    }
    return nil
  }

  /// Why a box cannot be one of an image of that size; nil for a good one.
  ///
  /// Boxes may reach out of the image, as those of real data sets do, but not lie outside.
  static func fault(in box: LabeledBox, of size: PixelSize) -> String? {
    let sides = [
      ("x_min", box.xMin), ("y_min", box.yMin), ("x_max", box.xMax), ("y_max", box.yMax),
    ]
    for (name, value) in sides where !value.isFinite {
      return "\(name) is \(value); it must be a finite number"
    }
    guard box.xMin <= box.xMax else {
      return "a reversed box: x_min \(box.xMin) is past x_max \(box.xMax)"
    }
    guard box.yMin <= box.yMax else {
      return "a reversed box: y_min \(box.yMin) is past y_max \(box.yMax)"
    }
    guard box.xMin < box.xMax, box.yMin < box.yMax else {
      return "a degenerate box of \(box.xMax - box.xMin) x \(box.yMax - box.yMin) pixels"
    }
    let isInside =
      box.xMin < Double(size.width) && box.yMin < Double(size.height) && box.xMax > 0
      && box.yMax > 0
    guard isInside else {
      return "a box from (\(box.xMin), \(box.yMin)) to (\(box.xMax), \(box.yMax)) outside the image"
        + " of \(size) pixels"
    }
    return nil
  }
}

extension String {
  /// Without white space at the ends.
  var trimmed: String {
    var text = self[...]
    while let first = text.first, first.isWhitespace { text.removeFirst() }
    while let last = text.last, last.isWhitespace { text.removeLast() }
    return String(text)
  }
}
