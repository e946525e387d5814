internal import API
internal import Store

// The contract's messages from the store's records.

extension Project {
  init(_ record: ProjectRecord) {
    self.init(
      owner: record.owner, name: record.name, type: ProjectType(record.kind),
      description: record.description, classes: record.classes.map { Class($0) },
      dataPointCount: record.dataPointCount,
      labeledDataPointCount: record.labeledDataPointCount,
      trainingState: record.newestTraining.map { TrainingState(rawValue: Int32($0.state.rawValue)) }
        ?? .unspecified,
      training: record.newestTraining?.number ?? 0,
      publishedVersions: record.publishedVersions,
      createTimeUnixMs: record.createTime.unixMilliseconds)
  }
}

extension ProjectType {
  init(_ kind: ProjectKind) {
    switch kind {
    case .classification: self = .classification
    case .detection: self = .detection
    }
  }
}

extension Class {
  init(_ record: ClassRecord) { self.init(id: record.id, name: record.name) }
}

extension DataPoint {
  init(_ record: DataPointRecord) {
    self.init(
      id: record.object.hex, fileName: record.fileName,
      annotation: record.annotation.map { Annotation($0) },
      format: ImageFormat(record.image.format), width: record.image.width,
      height: record.image.height, bytes: record.bytes,
      createTimeUnixMs: record.createTime.unixMilliseconds)
  }
}

extension ImageFormat {
  fileprivate init(_ format: ImageFileFormat) {
    switch format {
    case .jpeg: self = .jpeg
    case .png: self = .png
    case .webp: self = .webp
    case .gif: self = .gif
    }
  }
}

extension AnalyzeProjectResponse {
  /// Images named in one list, and duplicate groups: the first so many of them.
  private static let shownMax = 100

  init(_ contents: ProjectContents, _ analysis: ProjectAnalysis) {
    let classCounts = contents.project.classes.map { entry in
      ClassCount(
        class: Class(entry), images: analysis.images[entry.name, default: 0],
        boxes: analysis.boxes[entry.name, default: 0])
    }
    let duplicates = analysis.duplicates.prefix(Self.shownMax).map { group in
      DuplicateGroup(
        ids: Array(group.images.prefix(Self.shownMax)), conflicting: group.isConflicting)
    }
    let findings = analysis.findings.map { finding in
      Self.Finding(
        severity: finding.isError ? .error : .warning, kind: finding.kind.rawValue,
        message: finding.message, ids: Array(finding.images.prefix(Self.shownMax)),
        count: UInt64(finding.images.count))
    }
    self.init(
      dataPoints: contents.project.dataPointCount,
      labeled: contents.project.labeledDataPointCount, bytes: analysis.bytes,
      classCounts: classCounts, duplicates: duplicates,
      duplicateGroupCount: UInt64(analysis.duplicates.count), findings: findings,
      widthMedian: analysis.widthMedian, heightMedian: analysis.heightMedian,
      readyToTrain: analysis.isReadyToTrain, longSides: Self.bins(analysis.longSides),
      aspects: Self.bins(analysis.aspects), boxes: analysis.boxFigures.map(Self.boxFigures))
  }

  private static func boxFigures(_ boxes: BoxExamination) -> BoxFigures {
    BoxFigures(
      count: boxes.count, imagesWithout: UInt64(boxes.withoutBoxes.count),
      perImage: bins(boxes.perImage), relativeSizes: bins(boxes.relativeSizes),
      aspects: bins(boxes.aspects), small: boxes.small, medium: boxes.medium, large: boxes.large)
  }

  private static func bins(_ histogram: Histogram) -> [Bin] {
    let ends = histogram.edges.dropFirst().map(Optional.some) + [nil]
    return zip(zip(histogram.edges, ends), histogram.counts).map { range, count in
      Bin(from: range.0, to: range.1, count: count)
    }
  }
}
