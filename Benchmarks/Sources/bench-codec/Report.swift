import Foundation

/// One message, one direction, all sides.
struct Result: Codable {
  let message: String
  let operation: String
  let bytes: Int
  let measurements: [Measurement]

  var ours: Measurement { measurements[0] }
  var protobufC: Measurement { measurements[measurements.count - 1] }

  /// The faster of the ways into and out of swift-protobuf.
  var swiftProtobuf: Measurement {
    let ways = measurements[1..<(measurements.count - 1)]
    return ways.min { $0.nanosecondsMin < $1.nanosecondsMin } ?? protobufC
  }

  /// How many times as long another takes, by the fastest rounds of both.
  func ratio(_ other: Measurement) -> Double {
    other.nanosecondsMin / ours.nanosecondsMin
  }
}

/// The table, the file with the raw numbers, and the last line.
struct Report: Codable {
  let machine: Machine
  let results: [Result]

  func table() -> String {
    var lines = [
      "Nanoseconds per message: fastest of 101 interleaved rounds (median); blocks allocated; times as long as ours.",
      "",
      Self.line([
        "message", "bytes", "", "ours", "MB/s", "blocks", "swift-protobuf", "blocks", "ratio",
        "protobuf-c", "blocks", "ratio",
      ]),
    ]
    for result in results {
      let peer = result.swiftProtobuf
      let other = result.protobufC
      lines.append(
        Self.line([
          result.message, "\(result.bytes)", result.operation, Self.time(result.ours),
          String(format: "%.0f", Double(result.bytes) / result.ours.nanosecondsMin * 1000),
          Self.blocks(result.ours), Self.time(peer), Self.blocks(peer),
          String(format: "%.2f", result.ratio(peer)), Self.time(other), Self.blocks(other),
          String(format: "%.2f", result.ratio(other)),
        ]))
    }
    return lines.joined(separator: "\n")
  }

  func lastLine() -> String {
    let lists = results.filter { ["detection", "list"].contains($0.message) }
    let swiftProtobuf = lists.map { $0.ratio($0.swiftProtobuf) }.min() ?? 0
    let protobufC = results.map { $0.ratio($0.protobufC) }.min() ?? 0
    return String(
      format: "result: bench-codec swift_protobuf_ratio_min=%.2f protobuf_c_ratio_min=%.2f",
      swiftProtobuf, protobufC)
  }

  func json() throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    return try encoder.encode(self)
  }

  private static let widths = [9, 7, 6, 18, 7, 7, 20, 7, 6, 18, 7, 6]

  private static func line(_ cells: [String]) -> String {
    zip(cells, widths).map { cell, width in
      String(repeating: " ", count: max(0, width - cell.count)) + cell
    }.joined(separator: " ")
  }

  private static func time(_ measurement: Measurement) -> String {
    String(format: "%.0f (%.0f)", measurement.nanosecondsMin, measurement.nanosecondsMedian)
  }

  private static func blocks(_ measurement: Measurement) -> String {
    String(format: "%.0f", measurement.allocations)
  }
}
