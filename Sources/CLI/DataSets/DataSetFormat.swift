/// The formats that data sets are read from and written in.
package enum DataSetFormat: String, CaseIterable, Sendable {
  /// A text file beside each image, and `data.yaml`.
  case yolo
  /// One JSON file for many images.
  case coco
  /// An XML file for each image.
  case voc
  /// Folders that are classes.
  case folder
  /// A table.
  case csv

  /// Whether it can say which class an image is of.
  package var holdsClasses: Bool { self == .folder || self == .csv }
  /// Whether it can say where objects are.
  package var holdsBoxes: Bool { self != .folder }

  /// Where an image of this name belongs in a folder that is written in this format.
  package func imagePath(name: String, label: Label?, split: Split?) -> String {
    switch self {
    case .yolo: "images/\((split ?? .train).rawValue)/\(name)"
    case .coco, .csv: "images/\(name)"
    case .voc: "JPEGImages/\(name)"
    case .folder:
      [split?.rawValue, Self.folderName(of: label), name].compactMap { $0 }.joined(separator: "/")
    }
  }

  private static func folderName(of label: Label?) -> String? {
    switch label {
    case .className(let name): name
    case .boxes, nil: nil
    }
  }
}
