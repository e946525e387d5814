package import API
package import DataSets
import RPCCore

/// Brings a folder in one of the data sets' formats into a project.
struct DataSetImport: Sendable {
  /// What was found in the folder, of the chosen parts.
  struct Selection: Sendable, Equatable {
    var images: [FoundImage] = []
    var classNames: [String] = []
    var boxCount = 0
    /// Regions of many objects, which projects cannot hold.
    var crowdCount = 0
  }

  let folder: String
  let format: DataSetFormat?
  /// None means every image, whatever part it is in.
  let splits: [Split]

  func read() throws -> DataSetReader.Reading {
    try DataSetReader(folder: folder, format: format).read()
  }

  /// The images to send, as the command line names them.
  func selection(of dataSet: DataSet) -> Selection {
    var selection = Selection()
    selection.classNames = dataSet.classNames
    for image in dataSet.images {
      guard splits.isEmpty || image.split.map(splits.contains) == true else { continue }
      let annotation: Annotation?
      switch image.label {
      case .className(let name): annotation = Annotation(value: .className(name))
      case .boxes(let all):
        let boxes = all.filter { !$0.isCrowd }
        selection.boxCount += boxes.count
        selection.crowdCount += all.count - boxes.count
        annotation = Annotation(value: .boxes(Boxes(boxes: boxes.map(Box.init))))
      case nil: annotation = nil
      }
      let root = folder.hasSuffix("/") ? folder : folder + "/"
      selection.images.append(FoundImage(path: root + image.path, annotation: annotation))
    }
    return selection
  }

  /// - Throws: `CommandFailure.usage` when the project holds the other kind of labels.
  static func check(_ selection: Selection, fits project: Project) throws {
    let wrong = selection.images.contains { image in
      switch (image.annotation?.value, project.type) {
      case (.className, .detection), (.boxes, .classification): true
      default: false
      }
    }
    guard wrong else { return }
    let holds = project.type == .detection ? "boxes" : "a class for each image"
    let given = project.type == .detection ? "a class for each image" : "boxes"
    throw CommandFailure.local(
      "project \(project.name) holds \(holds); this data set has \(given)",
      hint: "diyml project create NAME --type "
        + (project.type == .detection ? "classification" : "detection"))
  }
}

extension Box {
  /// The same box in the words of the contract.
  package init(_ box: LabeledBox) {
    self.init(
      xMin: box.xMin, yMin: box.yMin, xMax: box.xMax, yMax: box.yMax, className: box.className)
  }
}
