/// What a data set may cost to read; everything in it is somebody else's.
package struct DataSetLimits: Sendable {
  /// Files of all kinds in the folder.
  package var filesMax = 1_000_000
  /// Folders within folders.
  package var depthMax = 16
  /// Of one image's labels: a text file of YOLO, an XML file of VOC.
  package var labelBytesMax = 4 << 20
  /// Of a file for many images: JSON of COCO, a CSV table, a list of images.
  package var tableBytesMax = 512 << 20
  /// Elements within elements of XML, values within values of JSON and YAML.
  package var nestingMax = 32
  /// Elements of an XML file.
  package var elementsMax = 100_000
  /// Attributes of an element of XML.
  package var attributesMax = 1_000
  /// Objects in one image: what the server takes.
  package var boxesMax = 1_000
  /// Classes of a project: what the server takes.
  package var classesMax = 1_000
  /// Of a class's name in UTF-8: what the server takes.
  package var classNameBytesMax = 64
  /// Problems that are kept; the rest is counted.
  package var problemsMax = 1_000

  package init() {}
}
