internal import API
internal import RPCCore

/// The annotation of a request, checked without regard to the image it is for.
///
/// - Returns: nothing when the request carries none.
/// - Throws: `INVALID_ARGUMENT` that names the field, the value and the bound.
func checked(
  _ annotation: Annotation?, _ limits: ServiceLimits
) throws(Status) -> Annotation.Value? {
  guard let annotation else { return nil }
  switch annotation.value {
  case nil: throw invalid("annotation", "it has neither class_name nor boxes")
  case .className(let name): try checkClassName(name, "annotation.class_name")
  case .boxes(let list):
    if case .unrecognized(let number) = list.unit {
      throw invalid("annotation.boxes.unit", "\(number) is neither pixels nor fractions")
    }
    guard list.boxes.count <= limits.boxesMax else {
      throw invalid(
        "annotation.boxes", "\(list.boxes.count) boxes; the limit is \(limits.boxesMax)")
    }
    for (index, box) in list.boxes.enumerated() {
      try check(box, "annotation.boxes.boxes[\(index)]")
    }
  }
  return annotation.value
}

/// The annotation with its boxes in pixels of an image that has this size.
///
/// - Throws: `INVALID_ARGUMENT` for a box of which no part lies in the image.
func placed(
  _ annotation: Annotation.Value?, width: Int32, height: Int32
) throws(Status) -> Annotation.Value? {
  guard case .boxes(let list) = annotation else { return annotation }
  let isInParts = list.unit == .fractions
  let (across, down) = isInParts ? (Double(width), Double(height)) : (1, 1)
  var boxes: [Box] = []
  for (index, box) in list.boxes.enumerated() {
    let placed = Box(
      xMin: box.xMin * across, yMin: box.yMin * down, xMax: box.xMax * across,
      yMax: box.yMax * down, className: box.className)
    let isInside =
      placed.xMin < Double(width) && placed.yMin < Double(height) && placed.xMax > 0
      && placed.yMax > 0
    guard isInside else {
      throw invalid(
        "annotation.boxes.boxes[\(index)]",
        "\(box.words) lies outside the image"
          + (isInParts ? ", whose sides are 1" : " of \(width) x \(height) pixels"))
    }
    boxes.append(placed)
  }
  return .boxes(Boxes(boxes: boxes))
}

/// Whether a new annotation takes the place of a present one.
func replaces(_ onExisting: OnExisting) throws(Status) -> Bool {
  switch onExisting {
  case .unspecified, .keep: false
  case .replace: true
  case .unrecognized(let number):
    throw invalid("on_existing", "\(number) is neither keep nor replace")
  }
}

private func check(_ box: Box, _ field: String) throws(Status) {
  try checkClassName(box.className, "\(field).class_name")
  let isOrdered = box.xMin <= box.xMax && box.yMin <= box.yMax
  let sides: [Double] = [box.xMin, box.yMin, box.xMax, box.yMax]
  guard sides.allSatisfy(\.isFinite), isOrdered else {
    throw invalid(field, "\(box.words) is not a valid box: finite, x_min <= x_max, y_min <= y_max")
  }
}

extension Box {
  fileprivate var words: String { "(\(xMin), \(yMin)) to (\(xMax), \(yMax))" }
}
