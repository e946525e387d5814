import CommandLineKit
import Foundation

/// Saved reports.
enum ReportFile {
  private static let bytesMax = 64 << 20

  /// Reads what `--save` wrote.
  ///
  /// - Throws: `CommandFailure.local` if the file cannot be read or is not a report.
  static func report(at path: String) throws -> LoadReport {
    let bytes = try InputFile.bytes(at: path, bytesMax: bytesMax)
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    let shown = TextWidth.printable(path)
    do {
      let report = try decoder.decode(LoadReport.self, from: Data(bytes))
      guard report.format == LoadReport.currentFormat else {
        throw CommandFailure.local(
          "file '\(shown)' has format '\(TextWidth.printable(report.format))';"
            + " this program reads \(LoadReport.currentFormat)")
      }
      return report
    } catch let error as DecodingError {
      throw CommandFailure.local("file '\(shown)' is not a report of diyml-load: \(error)")
    }
  }
}
