/// Writes what `TableReader` reads: `labels.csv`.
enum TableWriter {
  static func file(of dataSet: DataSet) -> DataSetWriter.File {
    let hasBoxes = !dataSet.boxedImages.isEmpty
    let header =
      hasBoxes ? "path,width,height,class,x_min,y_min,x_max,y_max,split" : "path,class,split"
    let rows = hasBoxes ? boxRows(dataSet) : classRows(dataSet)
    return DataSetWriter.File(
      path: "labels.csv", text: ([header] + rows).map { $0 + "\n" }.joined())
  }

  private static func classRows(_ dataSet: DataSet) -> [String] {
    dataSet.images.compactMap { image in
      guard case .className(let name) = image.label else { return nil }
      return row([image.path, name, image.split?.rawValue ?? ""])
    }
  }

  private static func boxRows(_ dataSet: DataSet) -> [String] {
    dataSet.boxedImages.flatMap { image, size, boxes in
      let start = [image.path, "\(size.width)", "\(size.height)"]
      let end = [image.split?.rawValue ?? ""]
      guard !boxes.isEmpty else { return [row(start + ["", "", "", "", ""] + end)] }
      return boxes.map { box in
        row(
          start
            + [box.className, "\(box.xMin)", "\(box.yMin)", "\(box.xMax)", "\(box.yMax)"] + end)
      }
    }
  }

  private static func row(_ cells: [String]) -> String {
    cells.map(TableRecords.cell).joined(separator: ",")
  }
}
