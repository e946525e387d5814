import Foundation
import RPCCore

/// What each method of the contract costs on stores of 1,000 images and of a million.
@main
enum BenchStore {
  private static let usage = """
    usage: bench-store PROGRAMS WEIGHTS RESULTS [SIZE...]

    PROGRAMS is the folder of diymld and diyml-engine, WEIGHTS the backbone's file, RESULTS the JSON
    file to write. Sizes are images in a project, from 1,000 on: 1000 100000 1000000 if not given.
    The stores are made in .build beside this program, on the disk that is measured.
    """

  static func main() async throws {
    LargeBlocks.reuse()
    let arguments = Array(CommandLine.arguments.dropFirst())
    let sizes = arguments.dropFirst(3).map { Int($0) ?? 0 }
    guard arguments.count >= 3, sizes.allSatisfy({ (1_000...1_000_000).contains($0) }) else {
      try FileHandle.standardError.write(contentsOf: Data((usage + "\n").utf8))
      exit(64)
    }
    var report = Report(sizes: sizes.isEmpty ? [1_000, 100_000, 1_000_000] : sizes.sorted())
    do {
      for size in report.sizes {
        let stage = try Stage(programs: arguments[0], weights: arguments[1], size: size)
        try await stage.measure(into: &report)
        try stage.remove()
      }
      try report.write(to: arguments[2])
    } catch {
      try FileHandle.standardError.write(contentsOf: Data("bench-store: \(error)\n".utf8))
      exit(1)
    }
    print(report.text)
  }
}
