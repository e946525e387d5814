import API
import ArgumentParser
import Codec
import CommandLineKit
import Foundation
import PNGEncoding
import RPCCore
import Synchronization

/// What a large upload costs the small calls on its connection.
struct InterleaveCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "interleave",
    abstract: "Measure small calls alone and beside a 100 MB upload on the same connection.",
    discussion: """
      Each round makes calls one after the other, first alone and then for as long as the bytes of \
      an image are on their way. The ratio is that of the medians over all rounds.

      EXAMPLE: diyml-demo interleave --rounds 5
      """)

  private static let imageSide = 5_800
  private static let chunkBytes = 256 << 10
  private static let callsAlone = 1_000

  @Option(help: "Uploads, each of another image: 1 to 100.") var rounds = 5

  func validate() throws {
    guard (1...100).contains(rounds) else { throw ValidationError("--rounds may be 1 to 100.") }
  }

  func run() async throws {
    LargeBlocks.reuse()
    let system = System.live()
    let line = try await reporting(system) {
      try await OwnServer(system: system).run { try await measure(system, $0) }
    }
    system.output("\(line)\n")
  }

  private func measure(_ system: System, _ server: Address) async throws -> ResultLine {
    let context = try await DemoAccount.signUp(system, server)
    return try await context.connected { clients in
      _ = try await clients.data.createProject(
        CreateProjectRequest(project: "large", type: .classification), options: clients.options)
      _ = try await latencies(clients) { $0 == 200 }  // Warms both ends.
      var alone: [Double] = []
      var beside: [Double] = []
      var seconds = 0.0
      for round in 0..<rounds {
        alone += try await latencies(clients) { $0 == Self.callsAlone }
        let (calls, time) = try await latencies(clients, besides: Self.image(round))
        beside += calls
        seconds += time
      }
      let megabytes = Double(Self.imageSide * Self.imageSide * 3 * rounds) / 1e6
      return ResultLine(
        name: "interleave",
        values: [
          ("median_ratio", Format.fixed(median(beside) / median(alone), digits: 2)),
          ("alone_ms", Format.fixed(median(alone) * 1_000, digits: 3)),
          ("beside_ms", Format.fixed(median(beside) * 1_000, digits: 3)),
          ("calls", "\(beside.count)"),
          ("upload_mb_per_second", Format.fixed(megabytes / seconds, digits: 0)),
        ])
    }
  }

  private static func image(_ round: Int) -> Bytes {
    let pixels = [UInt8](repeating: UInt8(round), count: imageSide * imageSide * 3)
    return Bytes(PNGEncoder.file(.rgb, pixels: pixels, width: imageSide, height: imageSide))
  }

  /// Seconds of calls made while an image is being sent, and how long the sending took.
  private func latencies(
    _ clients: Clients, besides image: Bytes
  ) async throws -> ([Double], seconds: Double) {
    let upload = UploadInProgress()
    return try await withThrowingTaskGroup(of: [Double].self) { group in
      let start = ContinuousClock.now
      group.addTask {
        defer { upload.end(after: start.duration(to: .now)) }
        let answer = try await clients.data.putImages(options: clients.streamOptions) {
          try await send(image, to: $0)
          upload.end(after: start.duration(to: .now))
        }
        guard answer.refused.isEmpty else {
          throw DemoError.jobFailed(
            "the image was refused: \(answer.refused[0].status?.message ?? "")")
        }
        return []
      }
      group.addTask { try await latencies(clients) { _ in upload.hasEnded } }
      let calls = try await group.reduce(into: []) { $0 += $1 }
      return (calls, upload.seconds)
    }
  }

  private func send(
    _ image: Bytes, to writer: MessageWriter<PutImagesRequest>
  ) async throws {
    try await writer.write(PutImagesRequest(part: .start(.init(project: "large"))))
    let begin = PutImagesRequest.Begin(sizeBytes: Int64(image.count), fileName: "large.png")
    try await writer.write(PutImagesRequest(part: .begin(begin)))
    for start in stride(from: image.startIndex, to: image.endIndex, by: Self.chunkBytes) {
      let end = min(start + Self.chunkBytes, image.endIndex)
      try await writer.write(PutImagesRequest(part: .chunk(image[start..<end])))
    }
  }

  /// Seconds of calls made one after the other, until enough were made.
  private func latencies(
    _ clients: Clients, until isEnough: @Sendable (_ made: Int) -> Bool
  ) async throws -> [Double] {
    var latencies: [Double] = []
    repeat {
      let start = ContinuousClock.now
      _ = try await clients.data.getClasses(
        GetClassesRequest(project: "large"), options: clients.options)
      latencies.append(start.duration(to: .now) / .seconds(1))
    } while !isEnough(latencies.count)
    return latencies
  }

  private func median(_ values: [Double]) -> Double {
    values.isEmpty ? 0 : values.sorted()[values.count / 2]
  }
}

/// When the bytes of an upload were on their way.
private final class UploadInProgress: Sendable {
  private let time = Mutex<Duration?>(nil)

  /// Records the end; the first time counts.
  func end(after time: Duration) {
    self.time.withLock { $0 = $0 ?? time }
  }

  var hasEnded: Bool { time.withLock { $0 != nil } }
  var seconds: Double { time.withLock { ($0 ?? .zero) / .seconds(1) } }
}
