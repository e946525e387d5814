internal import API
internal import Store

extension API.ProjectAnalysis {
  /// Of an analysis of what `examination` looks at.
  init(_ examination: ProjectExamination) throws {
    let analysis = try ProjectAnalysis(examination)
    let named = Array(analysis.named)
    let objects = Dictionary(
      uniqueKeysWithValues: zip(named, try examination.objects(ofImages: named)))
    func names(_ images: ImageList) -> [String] { images.first.compactMap { objects[$0]?.hex } }
    let project = examination.project
    let classCounts = project.classes.enumerated().map { place, entry in
      ClassCount(
        className: entry.name, images: analysis.images[place], boxes: analysis.boxes[place])
    }
    let duplicates = analysis.duplicates.groups.map {
      DuplicateGroup(ids: names($0.images), conflicting: $0.isConflicting)
    }
    let findings = analysis.findings.map { finding in
      Self.Finding(
        severity: finding.isError ? .error : .warning, kind: finding.kind.rawValue,
        message: finding.message, ids: names(finding.images), count: finding.images.count)
    }
    self.init(
      imageCount: project.imageCount, labeledImageCount: project.labeledImageCount,
      sizeBytes: Int64(try examination.bytes()),
      classCounts: classCounts, duplicates: duplicates,
      duplicateGroupCount: analysis.duplicates.groupCount, findings: findings,
      widthMedian: analysis.widthMedian, heightMedian: analysis.heightMedian,
      readyToTrain: analysis.isReadyToTrain, longSides: Self.bins(analysis.longSides),
      aspects: Self.bins(analysis.aspects), boxes: analysis.boxFigures.map(Self.boxFigures))
  }

  private static func boxFigures(_ boxes: BoxExamination) -> BoxFigures {
    BoxFigures(
      count: boxes.count, imagesWithout: boxes.withoutBoxes.count,
      perImage: bins(boxes.perImage), relativeSizes: bins(boxes.relativeSizes),
      aspects: bins(boxes.aspects), small: boxes.small, medium: boxes.medium, large: boxes.large)
  }

  private static func bins(_ histogram: Histogram) -> [Bin] {
    let ends = histogram.edges.dropFirst().map(Optional.some) + [nil]
    return zip(zip(histogram.edges, ends), histogram.counts).map { range, count in
      Bin(start: range.0, end: range.1, count: count)
    }
  }
}
