import API
import Codec
import Foundation
import RPCCore

/// Uploads of images that are safe on the disk, against `dd conv=fsync` of files of the same sizes.
struct Uploads {
  let session: Session
  /// Where `dd` writes: on the disk of the store.
  let folder: String

  private static let sizes = [256 << 10, 1 << 20, 4 << 20]
  private static let files = 12
  private static let rounds = 12
  private static let chunkBytes = 256 << 10

  func measure(into report: inout Report) async throws {
    let source = "/dev/shm/bench-store-\(ProcessInfo.processInfo.processIdentifier)"
    for path in [folder, source] {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }
    defer {
      for path in [folder, source] {
        do { try FileManager.default.removeItem(atPath: path) } catch { print("\(error)") }
      }
      // What is left to be written must not make those wait that are measured next.
      sync()
    }
    try await session.project("uploads", .classification, classes: 2)
    var random = SystemRandomNumberGenerator()
    // The machine's speed changes from second to second: what counts is the ratio within a round.
    var ratios: [[Double]] = []
    for round in 0...Self.rounds {
      var (dd, upload): ([Double], [Double]) = ([], [])
      for bytes in Self.sizes {
        let images = (0..<Self.files).map { _ in PNG.noise(bytes: bytes, using: &random) }
        for (number, image) in images.enumerated() {
          try Data(image).write(to: URL(filePath: "\(source)/\(number)"))
        }
        let isUploadFirst = round % 2 == 0
        if isUploadFirst { upload.append(try await send(images)) }
        dd.append(try copy(from: source, round: round))
        if !isUploadFirst { upload.append(try await send(images)) }
      }
      // The first warms up.
      guard round > 0 else { continue }
      ratios.append(zip(dd, upload).map { $0 / $1 } + [dd.reduce(0, +) / upload.reduce(0, +)])
    }
    for (place, bytes) in Self.sizes.enumerated() {
      report.add(fsyncRatio: median(ratios.map { $0[place] }), bytes: bytes)
    }
    report.fsyncRatio = median(ratios.map { $0[Self.sizes.count] })
    _ = try await session.data.deleteProject(.init(project: "uploads"), options: session.options)
  }

  private func copy(from source: String, round: Int) throws -> Double {
    let clock = ContinuousClock()
    let start = clock.now
    // By one shell, since Foundation takes milliseconds to start a process.
    let process = Process()
    process.executableURL = URL(filePath: "/bin/sh")
    process.arguments = [
      "-ec",
      """
      for n in $(seq 0 \(Self.files - 1)); do
        dd if=\(source)/$n of=\(folder)/\(round)-$n bs=1M conv=fsync status=none
      done
      """,
    ]
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw Failure("dd failed") }
    return (clock.now - start).milliseconds
  }

  private func send(_ images: [[UInt8]]) async throws -> Double {
    let clock = ContinuousClock()
    let start = clock.now
    let answer = try await session.data.putImages(options: session.options) { writer in
      try await writer.write(PutImagesRequest(part: .start(.init(project: "uploads"))))
      for image in images {
        try await writer.write(
          PutImagesRequest(
            part: .begin(.init(sizeBytes: Int64(image.count), fileName: "noise.png"))))
        for start in stride(from: 0, to: image.count, by: Self.chunkBytes) {
          let chunk = Array(image[start..<min(start + Self.chunkBytes, image.count)])
          try await writer.write(PutImagesRequest(part: .chunk(Bytes(chunk))))
        }
      }
    }
    guard answer.stored.count == images.count else { throw Failure("\(answer.refused)") }
    return (clock.now - start).milliseconds
  }
}

func median(_ values: [Double]) -> Double {
  let sorted = values.sorted()
  return sorted.isEmpty ? 0 : sorted[sorted.count / 2]
}
