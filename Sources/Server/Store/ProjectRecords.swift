package import API

/// A project, and what a list does not show of it.
package struct ProjectRecord: Sendable, Equatable {
  package var id: ProjectID
  package var message: Project
  package var boxCount: UInt64
}

/// What an engine found out about an image.
package struct ImageFacts: Sendable, Hashable {
  package var format: ImageFormat
  /// Pixels, after EXIF rotation.
  package var width: Int32
  package var height: Int32
  /// Images that look alike differ in few bits.
  package var perceptualHash: UInt64

  package init(format: ImageFormat, width: Int32, height: Int32, perceptualHash: UInt64) {
    self.format = format
    self.width = width
    self.height = height
    self.perceptualHash = perceptualHash
  }
}

/// An image that was put into a project, as it is now.
package struct StoredImage: Sendable, Equatable {
  package var image: Image
  /// Whether the project did not have it before.
  package var isNew: Bool
  /// Whether it has another annotation than it was put with, which stayed.
  package var keptAnnotation: Bool
}

/// What a project has of an image that is asked for.
package enum ImageFinding: Sendable, Equatable {
  case missing
  case stored(Annotation.Value?, etag: String)
}

/// Which images of a project are asked for; every condition must hold.
package struct ImageFilter: Sendable, Equatable {
  /// Only images of this class, or with a box of it.
  package var className: String?
  package var unlabeledOnly: Bool

  package init(className: String? = nil, unlabeledOnly: Bool = false) {
    self.className = className
    self.unlabeledOnly = unlabeledOnly
  }
}
