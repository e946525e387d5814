import Foundation
import ImageHeaders
import Images
import Testing

/// The malformed and unusual images of the test data, `$DIYML_TEST_DATA` or `../shared/data`.
@Suite(.serialized) struct BadImagesTests {
  static let folder: URL? = {
    let package = URL(filePath: #filePath)
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    let data =
      ProcessInfo.processInfo.environment["DIYML_TEST_DATA"].map { URL(filePath: $0) }
      ?? package.deletingLastPathComponent().appending(path: "shared/data")
    let folder = data.appending(path: "badimages")
    return FileManager.default.fileExists(atPath: folder.path) ? folder : nil
  }()

  static let missing: Comment = "no badimages in $DIYML_TEST_DATA or ../shared/data"

  private func files(in name: String) throws -> [URL] {
    let folder = try #require(Self.folder).appending(path: name)
    let found = FileManager.default.enumerator(
      at: folder, includingPropertiesForKeys: [.isRegularFileKey])
    return try #require(found).compactMap { $0 as? URL }
      .filter { (try? $0.resourceValues(forKeys: [.isRegularFileKey]))?.isRegularFile == true }
      .sorted { $0.path < $1.path }
  }

  private func verdict(_ file: URL) -> ImageError? {
    do throws(ImageError) {
      let image = try EncodedImage(path: file.path)
      _ = try image.inspect()
      _ = try image.square(side: 64)
      return nil
    } catch {
      return error
    }
  }

  @Test(.enabled(if: folder != nil, missing))
  func `good files are accepted, bad ones refused`() throws {
    for file in try files(in: "generated") {
      let name = file.lastPathComponent
      let error = verdict(file)
      if name.hasPrefix("ok-") {
        #expect(error == nil, "\(name)")
      } else if ["bad-", "bomb-", "notimage-", "svg-"].contains(where: name.hasPrefix) {
        #expect(error != nil, "\(name)")
      }
    }
  }

  @Test(.enabled(if: folder != nil, missing), arguments: 1...8)
  func `files with EXIF orientations come out upright`(orientation: Int) throws {
    let file = try #require(Self.folder).appending(
      path: "generated/ok-exif-orientation-\(orientation).jpg")
    let pixels = try EncodedImage(path: file.path).pixels(longSideMax: 1_000)
    #expect((pixels.width, pixels.height) == (64, 48))
    let corners = [pixels[8, 8], pixels[55, 8], pixels[8, 39]]
    for (index, color) in corners.enumerated() {
      let samples = [color.red, color.green, color.blue]
      #expect(samples[index] > 200, "corner \(index) of \(orientation) is \(color)")
      #expect(samples.enumerated().allSatisfy { $0 == index || $1 < 60 })
    }
  }

  @Test(.enabled(if: folder != nil, missing), arguments: ["pngsuite", "image-rs"])
  func `files of other projects are accepted or refused`(folder: String) throws {
    let files = try files(in: folder)
    let refused = files.count { verdict($0) != nil }
    print("badimages/\(folder): \(files.count - refused) accepted, \(refused) refused")
    #expect(files.count > 100)
  }
}
