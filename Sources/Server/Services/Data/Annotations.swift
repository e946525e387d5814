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

/// - Throws: `INVALID_ARGUMENT` for a box that lies wholly outside an image of so many pixels.
func checkBoxes(
  of annotation: Annotation.Value?, width: Int32, height: Int32
) throws(Status) {
  guard case .boxes(let list) = annotation else { return }
  for (index, box) in list.boxes.enumerated() {
    let isInside =
      box.xMin < Double(width) && box.yMin < Double(height) && box.xMax > 0 && box.yMax > 0
    guard isInside else {
      throw invalid(
        "annotation.boxes.boxes[\(index)]",
        "\(box.words) lies outside the image of \(width) x \(height) pixels")
    }
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
