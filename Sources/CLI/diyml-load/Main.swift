import CommandLineKit
import Foundation
import LoadKit

@main
struct Main {
  static func main() async {
    exit(await runLoadCommandLine(Array(CommandLine.arguments.dropFirst()), on: .live()))
  }
}
