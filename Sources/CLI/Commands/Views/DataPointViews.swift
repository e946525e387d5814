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

  struct BinView: Encodable {
    let from: Double
    /// Missing when there is no end.
    let to: Double?
    let count: UInt64

    init(_ bin: AnalyzeProjectResponse.Bin) { (from, to, count) = (bin.from, bin.to, bin.count) }
  }

  struct BoxesView: Encodable {
    let count: UInt64
    let imagesWithout: UInt64
    let small: UInt64
    let medium: UInt64
    let large: UInt64
    let perImage: [BinView]
    let relativeSizes: [BinView]
    let aspects: [BinView]

    init(_ boxes: AnalyzeProjectResponse.BoxFigures) {
      (count, imagesWithout) = (boxes.count, boxes.imagesWithout)
      (small, medium, large) = (boxes.small, boxes.medium, boxes.large)
      perImage = boxes.perImage.map(BinView.init)
      relativeSizes = boxes.relativeSizes.map(BinView.init)
      aspects = boxes.aspects.map(BinView.init)
    }
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
  let longSides: [BinView]
  let aspects: [BinView]
  /// Of detection projects.
  let boxes: BoxesView?
  /// The page, if one was written.
  let report: String?

  init(_ analysis: AnalyzeProjectResponse, report: String? = nil) {
    longSides = analysis.longSides.map(BinView.init)
    aspects = analysis.aspects.map(BinView.init)
    boxes = analysis.boxes.map(BoxesView.init)
    self.report = report
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
