package import DataSets
package import Drawing
package import Foundation

extension EmbeddedImage {
  /// A whole image file, upright in every viewer.
  ///
  /// - Throws: When its header does not say what it is or how large.
  package init(file: Data) throws(ImageSizeError) {
    let head = try ImageHead(of: file)
    self.init(
      bytes: head.withoutOrientation(file), mediaType: head.mediaType, width: head.stored.width,
      height: head.stored.height, orientation: head.orientation)
  }
}
