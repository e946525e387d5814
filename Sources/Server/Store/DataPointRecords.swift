/// How an image's bytes are encoded.
///
/// The numbers are those of the contract's `ImageFormat`.
package enum ImageFileFormat: Int64, Sendable {
  case jpeg = 1
  case png = 2
  case webp = 3
  case gif = 4
}

/// What an engine found out about an image.
package struct ImageFacts: Sendable, Hashable {
  package var format: ImageFileFormat
  /// Pixels, after EXIF rotation.
  package var width: UInt32
  package var height: UInt32
  /// Images that look alike differ in few bits.
  package var perceptualHash: UInt64

  package init(format: ImageFileFormat, width: UInt32, height: UInt32, perceptualHash: UInt64) {
    self.format = format
    self.width = width
    self.height = height
    self.perceptualHash = perceptualHash
  }
}

/// A box in pixels of the upright image; x grows right, y grows down.
package struct BoxRecord: Sendable, Hashable {
  package var xMin: Double
  package var yMin: Double
  package var xMax: Double
  package var yMax: Double
  package var className: String

  package init(xMin: Double, yMin: Double, xMax: Double, yMax: Double, className: String) {
    self.xMin = xMin
    self.yMin = yMin
    self.xMax = xMax
    self.yMax = yMax
    self.className = className
  }
}

/// What a person says of an image; an unlabelled image has none.
package enum AnnotationRecord: Sendable, Hashable {
  case className(String)
  /// None means: looked at, nothing there.
  case boxes([BoxRecord])
}

/// One image of a project.
package struct DataPointRecord: Sendable, Equatable {
  /// Grows with each first upload.
  package var id: Int64
  package var object: ObjectHash
  package var fileName: String
  package var annotation: AnnotationRecord?
  package var image: ImageFacts
  package var bytes: UInt64
  package var createTime: Timestamp
}

/// What a project has of an image that is asked for.
package enum DataPointFinding: Sendable, Equatable {
  case missing
  case stored(AnnotationRecord?)
}

/// Which images of a project are asked for; every condition must hold.
package struct DataPointFilter: Sendable, Equatable {
  /// Only images of this class, or with a box of it.
  package var className: String?
  package var unlabeledOnly: Bool

  package init(className: String? = nil, unlabeledOnly: Bool = false) {
    self.className = className
    self.unlabeledOnly = unlabeledOnly
  }
}

/// A project with all of its images, read at one instant.
package struct ProjectContents: Sendable, Equatable {
  package var project: ProjectRecord
  /// In the order of their first upload.
  package var dataPoints: [DataPointRecord]
}
