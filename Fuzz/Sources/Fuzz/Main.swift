import CLibFuzzer
import Foundation
import FuzzProperties
import Synchronization

/// `Fuzz TARGET seeds FOLDER` writes what to begin with, and a dictionary beside it;
/// `Fuzz TARGET run OPTIONS-AND-FOLDERS` is libFuzzer; see Scripts/fuzz.
@main
struct Main {
  static func main() throws {
    let arguments = CommandLine.arguments
    guard arguments.count > 3, let target = FuzzTarget(rawValue: arguments[1]) else {
      let targets = FuzzTarget.allCases.map(\.rawValue).joined(separator: "|")
      fail("usage: Fuzz \(targets) seeds FOLDER | run OPTIONS-AND-FOLDERS")
    }
    switch arguments[2] {
    case "seeds": try Corpus(folder: arguments[3]).write(target)
    case "run": run(target, [arguments[0]] + arguments[3...])
    default: fail("no command \(arguments[2]); there are seeds and run")
    }
  }

  /// The target, for callbacks that can hold nothing of their own.
  private static let current = Mutex<FuzzTarget?>(nil)

  private static func run(_ target: FuzzTarget, _ arguments: [String]) -> Never {
    current.withLock { $0 = target }
    // libFuzzer ends the program itself.
    atexit { Main.printCounts() }
    var strings = arguments.map { strdup($0) } + [nil]
    var count = Int32(arguments.count)
    let code = strings.withUnsafeMutableBufferPointer { buffer in
      var start = buffer.baseAddress
      return LLVMFuzzerRunDriver(&count, &start) { bytes, count in
        Main.check(UnsafeBufferPointer(start: bytes, count: count))
        return 0
      }
    }
    exit(code)
  }

  private static func check(_ input: UnsafeBufferPointer<UInt8>) {
    guard let target = current.withLock({ $0 }) else { return }
    do {
      try target.check(Array(input))
    } catch {
      fail("finding: \(error)")
    }
  }

  private static func printCounts() {
    for (name, count) in current.withLock({ $0 })?.counts ?? [] { print("count: \(name)=\(count)") }
  }

  /// Ends the program as a crash, so that libFuzzer keeps the input.
  private static func fail(_ message: String) -> Never {
    FileHandle.standardError.write(Data((message + "\n").utf8))
    abort()
  }
}
