import CommandLineKit
import Foundation
import RPCCore

@main
struct Main {
  static func main() async {
    LargeBlocks.reuse()
    exit(await runCommandLine(Array(CommandLine.arguments.dropFirst()), on: .live()))
  }
}
