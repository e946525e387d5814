package import API
import Foundation

/// A file that may be an image, with what is said of it.
package struct FoundImage: Sendable, Equatable {
  package let path: String
  /// Nil for an image of which nothing is said.
  package let annotation: Annotation?

  package init(path: String, annotation: Annotation?) {
    self.path = path
    self.annotation = annotation
  }

  package init(path: String, label: String?) {
    self.init(path: path, annotation: label.map { Annotation(value: .className($0)) })
  }

  /// The class, where the image has one as a whole.
  package var label: String? { annotation?.className }

  /// The objects in it, where it is said what they are.
  package var boxes: [Box] {
    guard case .boxes(let boxes) = annotation?.value else { return [] }
    return boxes.boxes
  }
}

extension Annotation {
  /// The class of an image that has one as a whole.
  package var className: String? {
    guard case .className(let name) = value else { return nil }
    return name
  }

  /// The classes that the image or its boxes are of.
  package var classNames: [String] {
    switch value {
    case .className(let name): [name]
    case .boxes(let boxes): boxes.boxes.map(\.className)
    case nil: []
    }
  }
}

/// A file and why it was left out.
package struct LeftOut: Sendable, Equatable, Encodable, CustomStringConvertible {
  package let path: String
  package let reason: String

  package var description: String { "\(path): \(reason)" }
}

/// Finds the images that the paths on a command line mean.
package struct ImageFinder: Sendable {
  package struct Found: Sendable, Equatable {
    /// By path, in each argument's place.
    package var images: [FoundImage] = []
    package var skipped: [LeftOut] = []

    package init(images: [FoundImage] = [], skipped: [LeftOut] = []) {
      self.images = images
      self.skipped = skipped
    }
  }

  /// The class of every image, whatever folder it is in.
  let label: String?
  /// Whether the folders in a folder are classes.
  let foldersAreClasses: Bool
  /// Whether files whose names are not those of images count too.
  let takesAllFiles: Bool

  private static let extensions: Set<String> = ["jpg", "jpeg", "png", "webp", "gif"]
  private static let depthMax = 32

  package init(label: String? = nil, foldersAreClasses: Bool, takesAllFiles: Bool = false) {
    self.label = label
    self.foldersAreClasses = foldersAreClasses
    self.takesAllFiles = takesAllFiles
  }

  /// The images of files, whatever their names, and of folders with all that is in them.
  ///
  /// - Throws: `CommandFailure.local` when one of `paths` does not exist or cannot be listed.
  package func find(_ paths: [String]) throws -> Found {
    var found = Found()
    for path in paths {
      var isFolder: ObjCBool = false
      guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
        throw CommandFailure.local("no file or folder \(path)")
      }
      if isFolder.boolValue {
        try walk(path, label: label, depth: 0, &found)
      } else {
        found.images.append(FoundImage(path: path, label: label))
      }
    }
    return found
  }

  private func walk(
    _ folder: String, label: String?, depth: Int, _ found: inout Found
  ) throws {
    let names: [String]
    do {
      names = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
    } catch {
      throw CommandFailure.local("folder \(folder) cannot be listed")
    }
    for name in names {
      let path = folder.hasSuffix("/") ? folder + name : folder + "/" + name
      switch try kind(of: name, at: path) {
      case .file: found.images.append(FoundImage(path: path, label: label))
      case .skipped(let reason): found.skipped.append(LeftOut(path: path, reason: reason))
      case .folder where depth + 1 >= Self.depthMax:
        let reason = "a folder \(depth + 1) levels deep; the limit is \(Self.depthMax)"
        found.skipped.append(LeftOut(path: path, reason: reason))
      case .folder:
        let isClass = foldersAreClasses && self.label == nil && depth == 0
        try walk(path, label: isClass ? name : label, depth: depth + 1, &found)
      }
    }
  }

  private enum Kind {
    case file
    case folder
    case skipped(String)
  }

  private func kind(of name: String, at path: String) throws -> Kind {
    if name.hasPrefix(".") { return .skipped("hidden") }
    let attributes = try FileManager.default.attributesOfItem(atPath: path)
    let type = attributes[.type] as? FileAttributeType
    if type == .typeDirectory { return .folder }
    if type == .typeSymbolicLink { return .skipped("a symbolic link") }
    guard type == .typeRegular else { return .skipped("not a regular file") }
    let suffix = (name as NSString).pathExtension.lowercased()
    guard takesAllFiles || Self.extensions.contains(suffix) else {
      return .skipped("not named as JPEG, PNG, WebP or GIF")
    }
    return .file
  }
}
