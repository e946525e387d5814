import Foundation

/// What was measured, for people and for programs.
struct Report: Codable {
  struct Row: Codable {
    let method: String
    /// Milliseconds by images in the project.
    var milliseconds: [String: Double] = [:]
  }

  struct Heavy: Codable {
    let work: String
    let size: Int
    let costs: Beside.Costs
  }

  let sizes: [Int]
  private(set) var rows: [Row] = []
  private(set) var heavy: [Heavy] = []
  /// Speed of uploads over that of `dd`, by bytes of a file.
  private(set) var fsyncRatios: [String: Double] = [:]
  var fsyncRatio = 0.0

  init(sizes: [Int]) { self.sizes = sizes }

  mutating func add(_ method: String, size: Int, milliseconds: Double) {
    let index = rows.firstIndex { $0.method == method } ?? rows.count
    if index == rows.count { rows.append(Row(method: method)) }
    rows[index].milliseconds["\(size)"] = milliseconds
    progress("\(size) \(method) \(number(milliseconds)) ms")
  }

  mutating func add(_ work: String, size: Int, _ costs: Beside.Costs) {
    heavy.append(Heavy(work: work, size: size, costs: costs))
    progress("\(size) \(work) \(costs)")
  }

  mutating func add(fsyncRatio: Double, bytes: Int) {
    fsyncRatios["\(bytes)"] = fsyncRatio
    progress("files of \(bytes) bytes: \(number(fsyncRatio)) of dd's speed")
  }

  private func progress(_ line: String) {
    FileHandle.standardError.write(Data((line + "\n").utf8))
  }

  private func number(_ value: Double) -> String {
    String(format: value < 10 ? "%.2f" : value < 1_000 ? "%.1f" : "%.0f", value)
  }

  /// How much longer the first page takes in the largest project than in the smallest.
  private var listGrowth: Double {
    let row = rows.first { $0.method == Methods.firstPage }?.milliseconds ?? [:]
    guard let first = sizes.first.flatMap({ row["\($0)"] }),
      let last = sizes.last.flatMap({ row["\($0)"] })
    else { return 0 }
    return last / first
  }

  private func most(_ figure: (Beside.Costs) -> Double) -> Double {
    heavy.map { figure($0.costs) }.max() ?? 0
  }

  private var result: String {
    "result: bench-store list_growth=\(number(listGrowth))"
      + " writer_wait_ms_max=\(number(most(\.writeMillisecondsMax)))"
      + " memory_mib_max=\(number(most(\.memoryMiB)))"
      + " fsync_ratio=\(number(fsyncRatio))"
      + " whoami_p99_ms_max=\(number(most(\.whoAmIMillisecondsP99)))"
  }

  /// Tables in Markdown, and the result.
  var text: String {
    let columns = sizes.map { "\($0)" }
    var lines = ["| ms, median | " + columns.joined(separator: " | ") + " |"]
    lines.append("|---|" + columns.map { _ in "---:|" }.joined())
    for row in rows {
      let cells = columns.map { row.milliseconds[$0].map(number) ?? "" }
      lines.append("| \(row.method) | " + cells.joined(separator: " | ") + " |")
    }
    lines += [
      "",
      "| work | images | s | longest write, ms | median write, ms | WhoAmI p99, ms (calls) | MiB |",
      "|---|---:|---:|---:|---:|---:|---:|",
    ]
    for entry in heavy {
      let costs = entry.costs
      let figures = [
        number(costs.seconds), number(costs.writeMillisecondsMax),
        number(costs.writeMillisecondsMedian),
        "\(number(costs.whoAmIMillisecondsP99)) (\(costs.whoAmICalls))", number(costs.memoryMiB),
      ]
      lines.append(
        "| \(entry.work) | \(entry.size) | " + figures.joined(separator: " | ") + " |")
    }
    for (bytes, ratio) in fsyncRatios.sorted(by: { $0.key < $1.key }) {
      lines.append("uploads of \(bytes) bytes: \(number(ratio)) of the speed of dd conv=fsync")
    }
    lines.append(result)
    return lines.joined(separator: "\n")
  }

  func write(to path: String) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    let url = URL(filePath: path)
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try encoder.encode(self).write(to: url)
  }
}
