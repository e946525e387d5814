import Foundation
import Subprocess
import SystemPackage

/// Turns drawings into PNG by librsvg's own program, which reads them in a process of its own.
struct Rasterizer: Sendable {
  private let program: String

  static let name = "rsvg-convert"
  private static let pictureBytesMax = 256 << 20
  private static let complaintBytesMax = 64 << 10

  /// Looks the program up in the folders of `$PATH`.
  ///
  /// - Throws: `CommandFailure.local` when it is in none of them.
  init(environment: [String: String]) throws {
    let folders = (environment["PATH"] ?? "").split(separator: ":").filter { $0.hasPrefix("/") }
    let candidates = folders.map { "\($0)/\(Self.name)" }
    guard let program = candidates.first(where: FileManager.default.isExecutableFile) else {
      throw CommandFailure.local(
        "PNG is drawn by \(Self.name), which is not installed",
        hint: "apt-get install librsvg2-bin, or --draw FILE.svg, which needs nothing")
    }
    self.program = program
  }

  /// Writes the picture of an SVG document to `path`, in the place of a file that is there.
  ///
  /// - Throws: `CommandFailure.local` with what the program complained of.
  func write(_ svg: String, to path: String) async throws {
    let (picture, complaint) = try await draw(svg)
    guard !picture.isEmpty else {
      throw CommandFailure.local("\(Self.name) could not draw \(path): \(complaint)")
    }
    try TextFile.write(picture, to: path)
  }

  /// - Returns: The picture, empty when there is none, and what the program complained of.
  private func draw(_ svg: String) async throws -> (Data, String) {
    do {
      let outcome = try await run(
        .path(FilePath(program)), arguments: ["--format", "png", "--unlimited"],
        input: .string(svg), output: .bytes(limit: Self.pictureBytesMax),
        error: .string(limit: Self.complaintBytesMax))
      let picture = outcome.terminationStatus.isSuccess ? Data(outcome.standardOutput) : Data()
      return (picture, TextWidth.printable(outcome.standardError))
    } catch let error as SubprocessError {
      return (Data(), "\(error)")
    }
  }
}
