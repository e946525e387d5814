import API
import Foundation
import TestSupport
import Testing

@testable import CommandLineKit

@Suite struct `Finding images` {
  private let folder: TemporaryFolder
  private var path: String { folder.path }

  init() throws { folder = try TemporaryFolder() }

  private func make() throws {
    for name in [
      "cat/1.jpg", "cat/deep/2.PNG", "dog/3.webp", "top.gif", "cat/notes.txt", ".hidden/4.jpg",
      "dog/.5.jpg",
    ] { try folder.write(name, name) }
    try FileManager.default.createSymbolicLink(
      atPath: path + "/dog/link.jpg", withDestinationPath: path + "/cat/1.jpg")
  }

  @Test func `takes the folders of a folder for classes`() throws {
    try make()
    let found = try ImageFinder(foldersAreClasses: true).find([path])
    #expect(
      found.images == [
        FoundImage(path: path + "/cat/1.jpg", label: "cat"),
        FoundImage(path: path + "/cat/deep/2.PNG", label: "cat"),
        FoundImage(path: path + "/dog/3.webp", label: "dog"),
        FoundImage(path: path + "/top.gif", label: nil),
      ])
    #expect(
      found.skipped == [
        LeftOut(path: path + "/.hidden", reason: "hidden"),
        LeftOut(path: path + "/cat/notes.txt", reason: "not named as JPEG, PNG, WebP or GIF"),
        LeftOut(path: path + "/dog/.5.jpg", reason: "hidden"),
        LeftOut(path: path + "/dog/link.jpg", reason: "a symbolic link"),
      ])
  }

  @Test func `gives all of them one class when told to`() throws {
    try make()
    let found = try ImageFinder(label: "pet", foldersAreClasses: true).find([path])
    #expect(Set(found.images.map(\.label)) == ["pet"])
  }

  @Test func `takes a named file whatever its name, and any file when told to`() throws {
    try make()
    let named = try ImageFinder(foldersAreClasses: true).find([path + "/cat/notes.txt"])
    #expect(named.images == [FoundImage(path: path + "/cat/notes.txt", label: nil)])
    let all = try ImageFinder(foldersAreClasses: true, takesAllFiles: true).find([path])
    #expect(all.images.contains { $0.path.hasSuffix("notes.txt") })
  }

  @Test func `says what does not exist`() {
    #expect(throws: CommandFailure.local("no file or folder \(path)/none")) {
      try ImageFinder(foldersAreClasses: true).find([path + "/none"])
    }
  }

  @Test func `hashes files and leaves out those that cannot be images`() async throws {
    let good = try folder.write("a.jpg", "abc")
    let empty = try folder.write("b.jpg", "")
    let (images, leftOut) = await HashedImage.read([
      FoundImage(path: good, label: "x"), FoundImage(path: empty, label: nil),
      FoundImage(path: path + "/none.jpg", label: nil),
    ]) { _ in }
    #expect(
      images == [
        HashedImage(
          path: good, label: "x",
          id: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", bytes: 3)
      ])
    #expect(
      leftOut == [
        LeftOut(path: empty, reason: "empty"),
        LeftOut(path: path + "/none.jpg", reason: "cannot be read"),
      ])
  }

  @Test(arguments: [(255, 255), (256, 255)])
  func `cuts a name to the server's limit`(length: Int, kept: Int) {
    let name = String(repeating: "n", count: length)
    let image = HashedImage(path: "/x/" + name, label: nil, id: "", bytes: 1)
    #expect(image.fileName.utf8.count == kept)
  }
}

@Suite struct `An upload's plan` {
  private func image(_ id: String, _ label: String?, _ path: String = "p", bytes: Int64 = 1)
    -> HashedImage
  {
    HashedImage(path: path, label: label, id: id, bytes: bytes)
  }

  @Test(arguments: [false, true])
  func `sends what is missing, labels what has none, and replaces only when told`(
    replacing: Bool
  ) {
    func found(_ value: Annotation.Value?) -> FindMissingImagesResponse.Found {
      .init(annotation: value.map { Annotation(value: $0) }, etag: "7")
    }
    let plan = UploadPlan(
      images: [
        image("new", "cat"), image("same", "cat"), image("other", "cat"), image("bare", "cat"),
        image("boxed", "cat"), image("kept", nil), image("plain", nil),
      ],
      stored: [
        "same": found(.className("cat")), "other": found(.className("dog")),
        "bare": found(nil), "boxed": found(.boxes(Boxes())), "kept": found(.className("dog")),
      ], replacing: replacing)
    #expect(plan.send.map(\.id) == ["new", "plain"])
    #expect(plan.relabel.map(\.image.id) == (replacing ? ["other", "bare", "boxed"] : ["bare"]))
    // What was found without a label is not to take one that came meanwhile.
    #expect(plan.relabel.allSatisfy { $0.etag == (replacing ? "" : "7") })
    #expect(plan.kept == (replacing ? 0 : 2))
    #expect(plan.unchanged == 2)
  }

  @Test func `takes the same bytes once`() {
    let plan = UploadPlan(
      images: [image("a", "cat", "1"), image("a", "cat", "2"), image("a", "dog", "3")],
      stored: [:], replacing: false)
    #expect(plan.send.map(\.path) == ["1"])
    #expect(plan.duplicates == [LeftOut(path: "2", reason: "the same image as 1")])
    #expect(plan.conflicts == [LeftOut(path: "3", reason: "the same image as 1, which has cat")])
  }

  @Test func `cuts images into streams of bounded count and size`() {
    let small = (0..<130).map { image("\($0)", nil) }
    #expect(UploadPlan.batches(of: small).map(\.count) == [64, 64, 2])
    let half = UploadPlan.batchBytesMax / 2
    #expect(
      UploadPlan.batches(of: [image("a", nil, bytes: half), image("b", nil, bytes: half)]).count
        == 1)
    #expect(
      UploadPlan.batches(of: [image("a", nil, bytes: half), image("b", nil, bytes: half + 1)]).count
        == 2)
    #expect(UploadPlan.batches(of: [image("a", nil, bytes: 100 << 20)]).count == 1)
    #expect(UploadPlan.batches(of: []).isEmpty)
  }
}

extension HashedImage {
  /// An image with a class, or with nothing said of it.
  init(path: String, label: String?, id: String, bytes: Int64) {
    let annotation = label.map { Annotation(value: .className($0)) }
    self.init(path: path, annotation: annotation, id: id, bytes: bytes)
  }
}
