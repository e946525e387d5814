import API
import Drawing
import RPCCore

/// What an examination of a project found, as one page with pictures.
struct AnalysisPage {
  let project: Project
  let analysis: ProjectAnalysis

  private static let side = 190.0
  private static let picturesPerFinding = 6
  private static let groupsShown = 8
  private static let picturesPerGroup = 6
  private static let classesShown = 20
  private static let picturesPerClass = 5
  /// Classes with a bar of their own.
  private static let barsMax = 60

  private var hasBoxes: Bool { project.type == .detection }

  /// Gets the images that are shown and writes everything down.
  func document(_ shelf: inout PictureShelf) async throws -> String {
    var page = Page(title: "Images of \(project.name)")
    var colors = ClassColors(project.classes.map(\.name))
    describe(on: &page)
    try await showFindings(on: &page, &shelf, &colors)
    showBalance(on: &page)
    showShapes(on: &page)
    try await showDuplicates(on: &page, &shelf, &colors)
    try await showClasses(on: &page, &shelf, &colors)
    if shelf.leftOut > 0 {
      page.paragraph(
        "\(Format.count(shelf.leftOut, "image")) left out: too large or too many for this page.",
        isFaint: true)
    }
    return page.document
  }

  private func describe(on page: inout Page) {
    page.paragraph("\(project.type.word) project of \(project.owner)", isFaint: true)
    var facts = [
      ("images", NumberFormat.grouped(Double(analysis.imageCount))),
      ("labeled", NumberFormat.grouped(Double(analysis.labeledImageCount))),
      ("classes", "\(project.classes.count)"),
    ]
    if let boxes = analysis.boxes {
      facts.append(("boxes", NumberFormat.grouped(Double(boxes.count))))
      facts.append(("without boxes", NumberFormat.grouped(Double(boxes.imagesWithout))))
    }
    facts += [
      ("median size, pixels", "\(analysis.widthMedian) x \(analysis.heightMedian)"),
      ("of files", Format.bytes(analysis.sizeBytes)),
    ]
    page.facts(facts)
    if analysis.readyToTrain {
      page.note("ready", "it can be trained as it is", tone: .good)
    } else {
      page.note("not ready", "training is refused until the errors are mended", tone: .bad)
    }
  }

  private func showFindings(
    on page: inout Page, _ shelf: inout PictureShelf, _ colors: inout ClassColors
  ) async throws {
    page.heading("Findings")
    if analysis.findings.isEmpty { page.paragraph("Nothing is odd.", isFaint: true) }
    for finding in analysis.findings {
      let isError = finding.severity == .error
      page.note(
        isError ? "error" : "warning", "\(finding.message) [\(finding.kind)]",
        tone: isError ? .bad : .warning)
      // Look-alikes have a part of their own.
      guard !finding.kind.hasSuffix("duplicates") else { continue }
      try await show(
        finding.ids, most: Self.picturesPerFinding, on: &page, &shelf, &colors)
    }
  }

  /// The first of these images, side by side.
  private func show(
    _ ids: [String], most: Int, on page: inout Page, _ shelf: inout PictureShelf,
    _ colors: inout ClassColors
  ) async throws {
    var figures: [Page.Figure] = []
    for id in ids.prefix(most) {
      guard let picture = try await shelf.picture(id, on: &page) else { continue }
      figures.append(
        Page.Figure(
          picture.drawing(side: Self.side, &colors),
          caption: TextMetrics.fitted(picture.name, size: 12, width: Self.side)))
    }
    if !figures.isEmpty { page.figures(figures) }
  }

  private func showBalance(on page: inout Page) {
    guard !analysis.classCounts.isEmpty else { return }
    page.heading("Classes")
    func chart(_ title: String, _ color: String, _ count: (Int32, Int32) -> Int32) -> Page.Figure {
      let bars = analysis.classCounts.prefix(Self.barsMax).map { entry in
        let value = Double(count(entry.images, entry.boxes))
        return BarChart.Bar(
          name: entry.className, value: value, text: NumberFormat.grouped(value))
      }
      return Page.Figure(BarChart(title: title, bars: bars, color: color).figure)
    }
    var figures = [chart("Images of each class", ChartColors.blue) { images, _ in images }]
    if hasBoxes { figures.append(chart("Boxes of each class", ChartColors.orange) { $1 }) }
    page.figures(figures)
    let more = analysis.classCounts.count - Self.barsMax
    if more > 0 { page.paragraph("\(more) more classes are not drawn.", isFaint: true) }
  }

  private func showShapes(on page: inout Page) {
    let charts = BinChart.charts(of: analysis)
    guard !charts.isEmpty else { return }
    page.heading(hasBoxes ? "Images and boxes" : "Images")
    page.figures(charts.map { Page.Figure($0.figure) })
    if let boxes = analysis.boxes, boxes.count > 0 {
      page.paragraph(
        "As COCO counts sizes: \(NumberFormat.grouped(Double(boxes.small))) small (below 32 x 32 "
          + "pixels), \(NumberFormat.grouped(Double(boxes.medium))) medium, "
          + "\(NumberFormat.grouped(Double(boxes.large))) large (from 96 x 96 on).", isFaint: true)
    }
  }

  private func showDuplicates(
    on page: inout Page, _ shelf: inout PictureShelf, _ colors: inout ClassColors
  ) async throws {
    guard analysis.duplicateGroupCount > 0 else { return }
    page.heading("Images that look the same")
    page.paragraph(
      "\(Format.count(Int(clamping: analysis.duplicateGroupCount), "group")). Training keeps the "
        + "images of a group on one side of its split, so that none is measured by what it learned; "
        + "a test set of your own needs the same care.", isFaint: true)
    // Those whose labels disagree are the ones to mend.
    let groups =
      analysis.duplicates.filter(\.conflicting)
      + analysis.duplicates.filter { !$0.conflicting }
    for group in groups.prefix(Self.groupsShown) {
      page.note(
        group.conflicting ? "labels disagree" : "alike",
        Format.count(group.ids.count, "image"), tone: group.conflicting ? .bad : .warning)
      try await show(group.ids, most: Self.picturesPerGroup, on: &page, &shelf, &colors)
    }
    let more = Int(clamping: analysis.duplicateGroupCount) - Self.groupsShown
    if more > 0 { page.paragraph("\(more) more groups are not shown.", isFaint: true) }
  }

  private func showClasses(
    on page: inout Page, _ shelf: inout PictureShelf, _ colors: inout ClassColors
  ) async throws {
    guard !project.classes.isEmpty else { return }
    page.heading("Some images of each class")
    for entry in project.classes.prefix(Self.classesShown) {
      let request = ListImagesRequest(
        project: project.name, pageSize: Int32(Self.picturesPerClass), className: entry.name)
      let images = try await shelf.clients.data.listImages(
        request, options: shelf.clients.options
      ).images
      page.subheading(entry.name)
      if images.isEmpty { page.paragraph("none", isFaint: true) }
      try await show(
        images.map(\.id), most: Self.picturesPerClass, on: &page, &shelf, &colors)
    }
    let more = project.classes.count - Self.classesShown
    if more > 0 { page.paragraph("\(more) more classes are not shown.", isFaint: true) }
  }
}
