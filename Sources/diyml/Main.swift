import CommandLineKit
import Foundation

@main
struct Main {
  static func main() async {
    exit(await runCommandLine(Array(CommandLine.arguments.dropFirst()), on: .live()))
  }
}
