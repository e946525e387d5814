/// Reads a folder as a data set, in any of the formats.
package struct DataSetReader: Sendable {
  /// What was read: the good part, and what is wrong with the rest.
  package struct Reading: Sendable {
    package let format: DataSetFormat
    package let dataSet: DataSet
    package let problems: ProblemList
  }

  private let folder: String
  private let format: DataSetFormat?
  private let limits: DataSetLimits

  /// Reads `folder` in `format`, or in the one format that fits what is in it.
  package init(
    folder: String, format: DataSetFormat? = nil, limits: DataSetLimits = DataSetLimits()
  ) {
    self.folder = folder
    self.format = format
    self.limits = limits
  }

  package func read() throws(DataSetError) -> Reading {
    let files = try FolderFiles(folder, limits: limits)
    let format = if let format { format } else { try Self.format(of: files) }
    var collector = DataSetCollector(files: files, limits: limits)
    switch format {
    case .yolo: try YOLOReader.read(into: &collector)
    case .coco: try COCOReader.read(into: &collector)
    case .voc: try VOCReader.read(into: &collector)
    case .folder: try ClassFolders.read(into: &collector)
    case .csv: try TableReader.read(into: &collector)
    }
    if !collector.hasSplits { try SplitLists.apply(to: &collector) }
    let dataSet = try collector.finish()
    return Reading(format: format, dataSet: dataSet, problems: collector.problems)
  }

  /// The one format that fits.
  ///
  /// - Throws: `.unknownFormat` or `.ambiguousFormat`.
  private static func format(of files: FolderFiles) throws(DataSetError) -> DataSetFormat {
    var fitting: [DataSetFormat] = []
    if YOLOReader.fits(files) { fitting.append(.yolo) }
    if !COCOReader.standardFiles(files).isEmpty { fitting.append(.coco) }
    if VOCReader.fits(files) { fitting.append(.voc) }
    if !TableReader.standardFiles(files).isEmpty { fitting.append(.csv) }
    if fitting.isEmpty, ClassFolders.fits(files) { fitting.append(.folder) }
    guard let format = fitting.first else { throw .unknownFormat(files.root) }
    guard fitting.count == 1 else { throw .ambiguousFormat(files.root, fitting) }
    return format
  }
}
