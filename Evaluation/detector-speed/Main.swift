import Foundation
import Model

/// Does what it is asked on standard input and says how long it took: the project's side of
/// `make bench-detection`.
///
/// - `write PATH`: the untrained network as a model file; answers with its output for an image
/// - `train COUNT`, `infer COUNT`: the seconds of each step of 8 images, of each image
@main
struct DetectorSpeed {
  static func main() async {
    let arguments = CommandLine.arguments
    guard arguments.count == 3, let threads = Int(arguments[2]), (1...64).contains(threads) else {
      fail("usage: detector-speed BACKBONE THREADS")
    }
    let backbone = arguments[1]
    let thread = TorchThread(name: "trial", computingThreads: threads)
    do {
      try await thread.run {
        try Torch.cacheFreedMemory(bytesMax: 2 << 30)
        var trial = try DetectionTrial(backbonePath: backbone)
        while let line = readLine() {
          FileHandle.standardOutput.write(Data((try answer(line, &trial) + "\n").utf8))
        }
      }
    } catch {
      fail("\(error)")
    }
  }

  private static func answer(_ line: String, _ trial: inout DetectionTrial) throws -> String {
    let words = line.split(separator: " ")
    guard words.count == 2 else { fail("not understood: \(line)") }
    switch (words[0], Int(words[1])) {
    case ("write", _):
      try trial.write(to: String(words[1]))
      return try trial.output().map(\.description).joined(separator: " ")
    case ("train", let count?): return try seconds(count) { _ = try trial.learn() }
    case ("infer", let count?): return try seconds(count) { _ = try trial.detect() }
    default: fail("not understood: \(line)")
    }
  }

  /// Of each call, with spaces between.
  private static func seconds(_ count: Int, _ body: () throws -> Void) throws -> String {
    try (0..<max(0, count)).map { _ in
      let taken = try ContinuousClock().measure(body)
      return "\(taken / .seconds(1))"
    }.joined(separator: " ")
  }

  private static func fail(_ text: String) -> Never {
    FileHandle.standardError.write(Data("detector-speed: \(text)\n".utf8))
    exit(1)
  }
}
