import CommandLineKit
import Foundation

/// The raw numbers of a measurement, with the machine they are from.
struct ResultsFile: Results, Sendable {
  struct Prediction: Encodable, Sendable {
    let file: String
    let truth: String
    let prediction: String?
    let probability: Double?
  }

  let name: String
  let data: String
  let time: String
  let accuracy: Double
  let accuracyLow: Double
  let accuracyHigh: Double
  let count: Int
  let trainingImages: Int
  let trainingSeconds: Double
  let validationAccuracy: Double?
  let inferenceImagesPerSecond: Double
  let uploadSeconds: Double
  let seconds: Double
  let timeBudgetSeconds: Int32
  let inputSide: Int32
  let seed: Int64
  let classNames: [String]
  let confusion: [[Int]]
  let predictions: [Prediction]
  let machine: Machine

  /// Under the folder the program runs in.
  static let folder = "Benchmarks/results"

}

/// Raw numbers that are kept.
protocol Results: Encodable {
  var name: String { get }
  var data: String { get }
  var time: String { get }
}

extension Results {
  /// Writes `FOLDER/NAME-DATA-TIME.json`.
  ///
  /// - Returns: The file's path.
  func write() throws -> String {
    try FileManager.default.createDirectory(
      atPath: ResultsFile.folder, withIntermediateDirectories: true)
    let stamp = time.replacingOccurrences(of: ":", with: "")
    let path = "\(ResultsFile.folder)/\(name)-\(data)-\(stamp).json"
    try Data(ResultJSON.document(self).utf8).write(to: URL(fileURLWithPath: path))
    return path
  }
}
