import API

struct BoxView: Encodable {
  let xMin: Double
  let yMin: Double
  let xMax: Double
  let yMax: Double
  let `class`: String

  init(_ box: Box) {
    xMin = box.xMin
    yMin = box.yMin
    xMax = box.xMax
    yMax = box.yMax
    `class` = box.className
  }
}

/// An image; `class` and `boxes` are missing when it is unlabelled.
struct DataPointView: Encodable {
  let id: String
  let fileName: String
  let format: String
  let width: UInt32
  let height: UInt32
  let bytes: UInt64
  let created: String
  let `class`: String?
  let boxes: [BoxView]?

  init(_ point: DataPoint) {
    id = point.id
    fileName = point.fileName
    format = Self.text(point.format)
    width = point.width
    height = point.height
    bytes = point.bytes
    created = Format.time(unixMilliseconds: point.createTimeUnixMs)
    switch point.annotation?.value {
    case .className(let name): (`class`, boxes) = (name, nil)
    case .boxes(let value): (`class`, boxes) = (nil, value.boxes.map(BoxView.init))
    case nil: (`class`, boxes) = (nil, nil)
    }
  }

  /// The label as one cell of a table.
  var label: String {
    if let name = `class` { return name }
    return boxes.map { Format.count($0.count, "box", plural: "boxes") } ?? "-"
  }

  private static func text(_ format: ImageFormat) -> String {
    switch format {
    case .unspecified: "unknown"
    case .jpeg: "jpeg"
    case .png: "png"
    case .webp: "webp"
    case .gif: "gif"
    case .unrecognized(let number): "format \(number)"
    }
  }
}

struct DataPointListView: Encodable {
  let images: [DataPointView]
  /// Whether there are more than were asked for.
  let isCut: Bool
}

struct UploadView: Encodable {
  struct Problem: Encodable {
    let file: String
    let reason: String
  }

  let project: String
  let uploaded: Int
  let relabeled: Int
  let unchanged: Int
  let bytes: UInt64
  let seconds: Double
  let classesAdded: [String]
  let skipped: [Problem]
  let refused: [Problem]
}

struct AnalysisView: Encodable {
  struct ClassCountView: Encodable {
    let `class`: String
    let images: UInt64
    let boxes: UInt64
  }

  struct FindingView: Encodable {
    let severity: String
    let kind: String
    let message: String
    let count: UInt64
    let ids: [String]
  }

  struct DuplicatesView: Encodable {
    let ids: [String]
    let conflicting: Bool
  }

  let images: UInt64
  let labeled: UInt64
  let bytes: UInt64
  let widthMedian: UInt32
  let heightMedian: UInt32
  let classes: [ClassCountView]
  let duplicateGroups: UInt64
  let duplicates: [DuplicatesView]
  let findings: [FindingView]
  let readyToTrain: Bool

  init(_ analysis: AnalyzeProjectResponse) {
    images = analysis.dataPoints
    labeled = analysis.labeled
    bytes = analysis.bytes
    widthMedian = analysis.widthMedian
    heightMedian = analysis.heightMedian
    classes = analysis.classCounts.map {
      ClassCountView(class: $0.class?.name ?? "", images: $0.images, boxes: $0.boxes)
    }
    duplicateGroups = analysis.duplicateGroupCount
    duplicates = analysis.duplicates.map {
      DuplicatesView(ids: $0.ids, conflicting: $0.conflicting)
    }
    findings = analysis.findings.map {
      FindingView(
        severity: $0.severity == .error ? "error" : "warning", kind: $0.kind,
        message: $0.message, count: $0.count, ids: $0.ids)
    }
    readyToTrain = analysis.readyToTrain
  }
}
