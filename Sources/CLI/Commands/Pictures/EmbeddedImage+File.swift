package import Drawing
package import Foundation
package import ImageHeaders

extension EmbeddedImage {
  /// A whole image file, upright in every viewer.
  ///
  /// - Throws: When its header does not say what it is or how large.
  package init(file: Data) throws(ImageError) {
    let header = try ImageHeader.head(of: file.span)
    self.init(
      bytes: header.withoutOrientation(file), mediaType: header.format.mediaType,
      width: header.storedWidth, height: header.storedHeight, orientation: header.orientation)
  }
}
