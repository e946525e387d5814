package import API

/// An image of the project that is to get another annotation.
package struct Relabeling: Sendable, Equatable {
  package var image: HashedImage
  /// Of the image as it was found; empty to replace whatever is there by then.
  package var etag: String
}

/// What is to be done so that a project has the images and labels that the caller has.
package struct UploadPlan: Sendable, Equatable {
  package var send: [HashedImage] = []
  package var relabel: [Relabeling] = []
  /// How many have another annotation in the project, which stays.
  package var kept = 0
  /// How many are stored with the same annotation already, or have none to change theirs.
  package var unchanged = 0
  /// The same bytes again under another name.
  package var duplicates: [LeftOut] = []
  /// The same bytes again with another annotation.
  package var conflicts: [LeftOut] = []

  /// Compares images with what the project says of those it has: `stored`, by image id.
  ///
  /// `replacing` says whether annotations of the project give way to those of the images.
  package init(
    images: [HashedImage], stored: [String: FindMissingImagesResponse.Found], replacing: Bool
  ) {
    var first: [String: HashedImage] = [:]
    for image in images {
      if let earlier = first[image.id] {
        leaveOut(image, after: earlier)
        continue
      }
      first[image.id] = image
      guard let found = stored[image.id] else {
        send.append(image)
        continue
      }
      if image.annotation == nil || image.annotation == found.annotation {
        unchanged += 1
      } else if replacing {
        relabel.append(Relabeling(image: image, etag: ""))
      } else if found.annotation == nil {
        relabel.append(Relabeling(image: image, etag: found.etag))
      } else {
        kept += 1
      }
    }
  }

  private mutating func leaveOut(_ image: HashedImage, after earlier: HashedImage) {
    if image.annotation == earlier.annotation {
      duplicates.append(LeftOut(path: image.path, reason: "the same image as \(earlier.path)"))
    } else {
      let reason = "the same image as \(earlier.path), which has \(Self.words(earlier.annotation))"
      conflicts.append(LeftOut(path: image.path, reason: reason))
    }
  }

  private static func words(_ annotation: Annotation?) -> String {
    switch annotation?.value {
    case .className(let name): name
    case .boxes(let boxes): "other boxes (\(boxes.boxes.count))"
    case nil: "no label"
    }
  }

  /// Images to send, cut into the streams they travel in.
  ///
  /// A stream holds at most 64 images and, unless it holds one alone, 8 MiB; what was answered for
  /// one stream is safe whatever becomes of the next.
  static func batches(of images: [HashedImage]) -> [[HashedImage]] {
    var batches: [[HashedImage]] = []
    var bytes: Int64 = 0
    for image in images {
      let isFull =
        (batches.last?.count ?? imagesMax) >= imagesMax || bytes + image.bytes > batchBytesMax
      if isFull {
        batches.append([image])
        bytes = image.bytes
      } else {
        batches[batches.count - 1].append(image)
        bytes += image.bytes
      }
    }
    return batches
  }

  static let imagesMax = 64
  static let batchBytesMax: Int64 = 8 << 20
}
