import API
import Codec
import RPCCore
import TestSupport
import Testing

/// The cases of images that are stored: `GetImage`, `DownloadImage`, `ListImages`,
/// `FindMissingImages`, `DeleteImage`, `SetAnnotation`, `RemoveAnnotation`.
enum ImageCases {
  static let all = [
    getImage, downloadImage, listImages, findMissingImages, deleteImage, setAnnotation,
    removeAnnotation,
  ]

  /// Ids of no image, and those that are none.
  static let unknownID = String(repeating: "0", count: 64)
  static let badIDs: [(what: String, id: String)] = [
    ("no digit", ""), ("63 digits", String(repeating: "0", count: 63)),
    ("capital digits", String(repeating: "A", count: 64)),
    ("a path", "../../diyml.sqlite"), ("a NUL", "\u{0}" + String(repeating: "0", count: 63)),
    ("a letter that is not a digit", String(repeating: "g", count: 64)),
  ]

  /// An image with the label `cat` in a project of its own.
  private static func makeCat(
    _ world: World
  ) async throws -> (project: String, image: Image) {
    let project = try await world.makeProject()
    let file = SyntheticImages.blobs(.red, seed: 2_400, side: 16)
    return (project, try await world.put(file, in: project, Annotation("cat")))
  }

  static let getImage = MethodCases(
    DataMethods.getImage, needs: .scope(.read),
    request: { GetImageRequest(project: "pets", id: $0.cat.id) }
  ) { cases in
    cases.succeeds("as it was described when it was uploaded") { world in
      let image = try await world.data.getImage(
        GetImageRequest(project: "pets", id: world.cat.id), options: world.options())
      #expect(image == world.cat)
    }
    cases.addImageCases { GetImageRequest(project: $0, id: $1) }
  }

  static let downloadImage = MethodCases(
    DataMethods.downloadImage, needs: .scope(.read),
    request: { DownloadImageRequest(project: "pets", id: $0.cat.id) }
  ) { cases in
    cases.succeeds("with the bytes as they were uploaded") { world in
      let (image, bytes) = try await world.read("pets", world.cat.id)
      #expect(image == world.cat)
      #expect(bytes == SyntheticImages.blobs(.red, seed: 1_000))
    }
    cases.succeeds("that is larger than a message") { world in
      let project = try await world.makeProject()
      let file = SyntheticImages.black(width: 1_500, height: 1_000)
      let stored = try await world.upload(file, chunkBytes: 1 << 20, to: project)
      let (image, bytes) = try await world.read(project, stored.id)
      #expect(image.sizeBytes == Int64(file.count))
      #expect(bytes == file)
    }
    cases.addImageCases { DownloadImageRequest(project: $0, id: $1) }
  }

  static let listImages = MethodCases(
    DataMethods.listImages, needs: .scope(.read),
    request: { _ in ListImagesRequest(project: "pets") }
  ) { cases in
    cases.succeeds("in the order of upload, in pages") { world in
      let all = try await world.list(ListImagesRequest(project: "trained", pageSize: 1_000))
      #expect(all.count == 24)
      #expect(all.prefix(12).allSatisfy { $0.annotation == Annotation("red") })
      #expect(all.suffix(12).allSatisfy { $0.annotation == Annotation("blue") })
      let paged = try await everyPage { token in
        let page = try await world.data.listImages(
          ListImagesRequest(project: "trained", pageSize: 5, pageToken: token),
          options: world.options())
        #expect(page.images.count <= 5)
        return (page.images, page.nextPageToken)
      }
      #expect(paged == all)
    }
    cases.succeeds("by class, by the start of the id, and without a label") { world in
      let red = try await world.list(ListImagesRequest(project: "trained", className: "red"))
      #expect(red.count == 12 && red.allSatisfy { $0.annotation == Annotation("red") })
      let id = world.cat.id
      for digits in [1, 7, 64] {
        let found = try await world.list(
          ListImagesRequest(project: "pets", idPrefix: String(id.prefix(digits))))
        #expect(found.contains(world.cat), "\(digits) digits")
      }
      let unlabeled = try await world.list(
        ListImagesRequest(project: "pets", unlabeled: true))
      #expect(unlabeled.contains(world.stray))
      #expect(unlabeled.allSatisfy { $0.annotation == nil })
      let boxed = try await world.list(ListImagesRequest(project: "cells", className: "cell"))
      #expect(boxed.contains(world.cell) && boxed.allSatisfy { $0.annotation != nil })
    }
    cases.addProjectCases { ListImagesRequest(project: $0) }
    cases.refuses(.unknownName, "class", .notFound, ["class", "horse"]) { _ in
      ListImagesRequest(project: "pets", className: "horse")
    }
    cases.addPageCases {
      ListImagesRequest(project: "pets", pageSize: $0, pageToken: $1)
    }
    cases.accepts(.bound, "the start of an id with 64 digits") {
      ListImagesRequest(project: "pets", idPrefix: $0.cat.id)
    }
    cases.refuses(
      .pastBound, "the start of an id with 65 digits", .invalidArgument, ["id_prefix", "64"],
      field: "id_prefix"
    ) { ListImagesRequest(project: "pets", idPrefix: $0.cat.id + "0") }
    for prefix in ["AB", "x", "%", "_", "' OR 1=1 --", "\u{0}"] {
      cases.refuses(
        .wrongArgument, "the start \(prefix.debugDescription)", .invalidArgument, ["id_prefix"],
        field: "id_prefix"
      ) { _ in ListImagesRequest(project: "pets", idPrefix: prefix) }
    }
  }

  static let findMissingImages = MethodCases(
    DataMethods.findMissingImages, needs: .scope(.read),
    request: { FindMissingImagesRequest(project: "pets", ids: [$0.cat.id]) }
  ) { cases in
    cases.succeeds("with what is said of those that are there, in the order asked") { world in
      // The cell is the same image as the cat.
      let ids = [unknownID, world.stray.id, world.cat.id, world.stray.id]
      let pets = try await world.data.findMissingImages(
        FindMissingImagesRequest(project: "pets", ids: ids), options: world.options())
      #expect(pets.answered == 4)
      #expect(pets.found.map(\.id) == Array(ids[1...]) && pets.missingIds == [unknownID])
      #expect(pets.found.map(\.annotation) == [nil, world.cat.annotation, nil])
      let cells = try await world.data.findMissingImages(
        FindMissingImagesRequest(project: "cells", ids: ids), options: world.options())
      let cell = FindMissingImagesResponse.Found(
        id: world.cell.id, annotation: world.cell.annotation, etag: world.cell.etag)
      #expect(cells.found == [cell])
    }
    cases.succeeds("with nothing when nothing is asked") { world in
      let answer = try await world.data.findMissingImages(
        FindMissingImagesRequest(project: "pets"), options: world.options())
      #expect(answer == FindMissingImagesResponse())
    }
    cases.addProjectCases { FindMissingImagesRequest(project: $0, ids: [unknownID]) }
    cases.accepts(.bound, "10,000 ids") {
      let ids = Array(repeating: unknownID, count: 9_999) + [$0.cat.id]
      return FindMissingImagesRequest(project: "pets", ids: ids)
    }
    cases.refuses(
      .pastBound, "10,001 ids", .invalidArgument, ["ids", "10001", "10000"], field: "ids"
    ) { _ in
      FindMissingImagesRequest(project: "pets", ids: Array(repeating: unknownID, count: 10_001))
    }
    cases.refuses(.pastBound, "an id of 65 digits", .invalidArgument, ["ids[0]", "64"]) {
      FindMissingImagesRequest(project: "pets", ids: [$0.cat.id + "0"])
    }
    for (what, id) in badIDs {
      cases.refuses(
        .wrongArgument, "an id with \(what)", .invalidArgument, ["ids[1]"], field: "ids[1]"
      ) { _ in FindMissingImagesRequest(project: "pets", ids: [unknownID, id]) }
    }
  }

  static let deleteImage = MethodCases(
    DataMethods.deleteImage, needs: .scope(.write),
    request: { world in
      let (project, image) = try await makeCat(world)
      return DeleteImageRequest(project: project, id: image.id)
    }
  ) { cases in
    cases.succeeds("and it is gone") { world in
      let (project, image) = try await makeCat(world)
      _ = try await world.data.deleteImage(
        DeleteImageRequest(project: project, id: image.id), options: world.options())
      let refused = await status { try await world.read(project, image.id) }
      #expect(refused?.code == .notFound)
      let rest = try await world.list(ListImagesRequest(project: project))
      #expect(rest.isEmpty)
    }
    cases.addProjectCases { DeleteImageRequest(project: $0, id: unknownID) }
    cases.refuses(.unknownName, "id", .notFound, ["image", unknownID]) { _ in
      DeleteImageRequest(project: "pets", id: unknownID)
    }
    cases.accepts(.bound, "an id of 64 digits") { world in
      let (project, image) = try await makeCat(world)
      return DeleteImageRequest(project: project, id: image.id)
    }
    cases.refuses(.pastBound, "an id of 65 digits", .invalidArgument, ["id", "64"]) {
      DeleteImageRequest(project: "pets", id: $0.cat.id + "0")
    }
    for (what, id) in badIDs {
      cases.refuses(
        .wrongArgument, "an id with \(what)", .invalidArgument, ["id"], field: "id"
      ) { _ in DeleteImageRequest(project: "pets", id: id) }
    }
  }

  static let setAnnotation = MethodCases(
    DataMethods.setAnnotation, needs: .scope(.write),
    request: {
      SetAnnotationRequest(project: "pets", id: $0.cat.id, annotation: Annotation("cat"))
    }
  ) { cases in
    cases.succeeds("with another class") { world in
      let (project, image) = try await makeCat(world)
      let relabeled = try await world.data.setAnnotation(
        SetAnnotationRequest(project: project, id: image.id, annotation: Annotation("dog")),
        options: world.options())
      #expect(relabeled.annotation == Annotation("dog"))
      #expect(relabeled.labeler == "ada" && relabeled.labelTime != nil)
      let (read, _) = try await world.read(project, image.id)
      #expect(read == relabeled)
    }
    cases.checksReason(.wrongArgument, "an etag that was read before another's change") { world in
      let (project, image) = try await makeCat(world)
      var request = SetAnnotationRequest(
        project: project, id: image.id, annotation: Annotation("dog"), etag: image.etag)
      let first = try await world.data.setAnnotation(request, options: world.options())
      request.annotation = Annotation("cat")
      let late = await status {
        try await world.data.setAnnotation(request, options: world.options())
      }
      #expect(late?.code == .aborted && late?.message.contains("by ada at 20") == true)
      #expect(Set(try #require(late?.info).metadata.keys) == ["by", "at"])
      let (read, _) = try await world.read(project, image.id)
      #expect(read == first)
      request.etag = first.etag
      let second = try await world.data.setAnnotation(request, options: world.options())
      #expect(second.annotation == Annotation("cat"))
      return late?.reason
    }
    cases.refuses(
      .wrongArgument, "no annotation", .invalidArgument, ["annotation", "RemoveAnnotation"],
      field: "annotation"
    ) { SetAnnotationRequest(project: "pets", id: $0.cat.id) }
    cases.addImageCases {
      SetAnnotationRequest(
        project: $0, id: $1, annotation: Annotation($0 == "pets" ? "cat" : "cell"))
    }
    cases.addAnnotationCases { world, project, annotation in
      let id = project == "pets" ? world.cat.id : world.cell.id
      return SetAnnotationRequest(project: project, id: id, annotation: annotation)
    }
  }

  static let removeAnnotation = MethodCases(
    DataMethods.removeAnnotation, needs: .scope(.write),
    request: { world in
      let (project, image) = try await makeCat(world)
      return RemoveAnnotationRequest(project: project, id: image.id)
    }
  ) { cases in
    cases.succeeds("once and again") { world in
      let (project, image) = try await makeCat(world)
      for _ in 0..<2 {
        let bare = try await world.data.removeAnnotation(
          RemoveAnnotationRequest(project: project, id: image.id), options: world.options())
        #expect(bare.id == image.id && bare.annotation == nil)
      }
      let (read, _) = try await world.read(project, image.id)
      #expect(read.annotation == nil)
    }
    cases.checksReason(.wrongArgument, "an etag that was read before another's change") { world in
      let (project, image) = try await makeCat(world)
      let request = RemoveAnnotationRequest(project: project, id: image.id, etag: image.etag)
      _ = try await world.data.removeAnnotation(request, options: world.options())
      let late = await status {
        try await world.data.removeAnnotation(request, options: world.options())
      }
      #expect(late?.code == .aborted)
      return late?.reason
    }
    cases.addImageCases { RemoveAnnotationRequest(project: $0, id: $1) }
  }
}

extension MethodCases {
  /// The cases of a method that takes one image of a project; at the bound it may be done to `stray`.
  fileprivate mutating func addImageCases<Q: Message>(
    _ request: @escaping @Sendable (_ project: String, _ id: String) -> Q
  ) {
    addProjectCases { request($0, ImageCases.unknownID) }
    refuses(.unknownName, "id", .notFound, ["image", ImageCases.unknownID]) { _ in
      request("pets", ImageCases.unknownID)
    }
    refuses(.anothers, "image by its id in one's own project", .notFound, ["image"]) {
      request("cells", $0.stray.id)
    }
    accepts(.bound, "an id of 64 digits") { request("pets", $0.stray.id) }
    refuses(.pastBound, "an id of 65 digits", .invalidArgument, ["id", "64"]) {
      request("pets", $0.cat.id + "0")
    }
    for (what, id) in ImageCases.badIDs {
      refuses(.wrongArgument, "an id with \(what)", .invalidArgument, ["id"], field: "id") { _ in
        request("pets", id)
      }
    }
  }
}

extension World {
  /// The image and its bytes.
  func read(_ project: String, _ id: String) async throws -> (Image, [UInt8]) {
    let image = try await data.getImage(
      GetImageRequest(project: project, id: id), options: options())
    let bytes = try await data.downloadImage(
      DownloadImageRequest(project: project, id: id), options: options()
    ) { parts in
      try await parts.reduce(into: [UInt8]()) { $0 += $1.chunk }
    }
    return (image, bytes)
  }

  /// One page of images.
  func list(_ request: ListImagesRequest) async throws -> [Image] {
    try await data.listImages(request, options: options()).images
  }
}
