internal import API
internal import RPCCore
internal import Store

// Between the annotations of the contract and those of the store.

/// The annotation of a request, without regard to the image it is for.
///
/// - Returns: nothing when the request carries none.
/// - Throws: `INVALID_ARGUMENT` that names the field, the value and the bound.
func annotationRecord(
  _ annotation: Annotation?, _ limits: ServiceLimits
) throws(Status) -> AnnotationRecord? {
  guard let annotation else { return nil }
  switch annotation.value {
  case nil: throw invalid("annotation", "it has neither class_name nor boxes")
  case .className(let name):
    try checkClassName(name, "annotation.class_name")
    return .className(name)
  case .boxes(let list):
    guard list.boxes.count <= limits.boxesMax else {
      throw invalid(
        "annotation.boxes", "\(list.boxes.count) boxes; the limit is \(limits.boxesMax)")
    }
    var boxes: [BoxRecord] = []
    for (index, box) in list.boxes.enumerated() {
      boxes.append(try boxRecord(box, "annotation.boxes.boxes[\(index)]"))
    }
    return .boxes(boxes)
  }
}

/// - Throws: `INVALID_ARGUMENT` for a box that lies wholly outside the image.
func checkBoxes(of annotation: AnnotationRecord?, in image: ImageFacts) throws(Status) {
  guard case .boxes(let boxes) = annotation else { return }
  let (width, height) = (Double(image.width), Double(image.height))
  for (index, box) in boxes.enumerated() {
    let isInside = box.xMin < width && box.yMin < height && box.xMax > 0 && box.yMax > 0
    guard isInside else {
      throw invalid(
        "annotation.boxes.boxes[\(index)]",
        "\(box.words) lies outside the image of \(image.width) x \(image.height) pixels")
    }
  }
}

private func boxRecord(_ box: Box, _ field: String) throws(Status) -> BoxRecord {
  try checkClassName(box.className, "\(field).class_name")
  let record = BoxRecord(
    xMin: box.xMin, yMin: box.yMin, xMax: box.xMax, yMax: box.yMax, className: box.className)
  let isOrdered = box.xMin <= box.xMax && box.yMin <= box.yMax
  let sides: [Double] = [box.xMin, box.yMin, box.xMax, box.yMax]
  let isFinite = sides.allSatisfy(\.isFinite)
  guard isFinite, isOrdered else {
    throw invalid(
      field, "\(record.words) is not a valid box: finite, x_min <= x_max, y_min <= y_max")
  }
  return record
}

extension BoxRecord {
  fileprivate var words: String { "(\(xMin), \(yMin)) to (\(xMax), \(yMax))" }
}

extension Annotation {
  init(_ record: AnnotationRecord) {
    switch record {
    case .className(let name): self.init(value: .className(name))
    case .boxes(let boxes):
      let list = boxes.map {
        Box(xMin: $0.xMin, yMin: $0.yMin, xMax: $0.xMax, yMax: $0.yMax, className: $0.className)
      }
      self.init(value: .boxes(Boxes(boxes: list)))
    }
  }
}
