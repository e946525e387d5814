// Races our codec with swift-protobuf and libprotobuf-c. `bench-codec [FILE]` also writes the raw
// numbers to FILE.
import Foundation

let races = try Race.all()
let report = Report(machine: try Machine.current(), results: try races.flatMap { try $0.run() })
print(report.table())
if CommandLine.arguments.count > 1 {
  let file = URL(fileURLWithPath: CommandLine.arguments[1])
  try FileManager.default.createDirectory(
    at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
  try report.json().write(to: file)
}
print(report.lastLine())
