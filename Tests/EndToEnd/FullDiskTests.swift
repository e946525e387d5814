import API
import Codec
import Foundation
import RPCClient
import RPCCore
import TestSupport
import Testing

extension ProgramTests {
  /// The server's program on a disk of 64 MiB that is filled to its last byte.
  @Suite(
    .serialized, .enabled(if: SmallDisk.refusal == nil, "\(SmallDisk.refusal ?? "")"),
    .timeLimit(.minutes(5)))
  struct FullDiskTests {
    /// How much of the disk is left.
    private enum Level: String, CaseIterable {
      case before
      /// No more than the reserve.
      case reserve
      /// Not a byte.
      case full
      case after
    }

    private static let reserve: UInt64 = 8 << 20
    private static let golden = TestData.package.appending(
      path: "Tests/EndToEnd/Golden/full-disk.txt")

    @Test func `every method says clearly what a full disk means to it`() async throws {
      let disk = try SmallDisk(mebibytes: 64)
      var answers: [MethodDescriptor: [String]] = [:]
      try await Daemon.with(data: disk.path + "/data") { daemon in
        try await daemon.withClient { client in
          let world = try await World(filling: client)
          for level in Level.allCases {
            disk.empty()
            let props = try await FullDiskProps(level.rawValue, of: world)
            try fill(disk, level)
            for call in FullDiskCall.all {
              // At the reserve, what a deletion makes free is room for others.
              if level == .reserve { try fill(disk, level) }
              answers[call.method, default: []].append(await answer(to: call, props))
            }
            _ = await status {
              try await world.training.cancelTraining(
                CancelTrainingRequest(training: "\(props.trained)@1"), options: world.options())
            }
          }
        }
      }
      let contract =
        AuthMethods.all + DataMethods.all + TrainingMethods.all + PublishingMethods.all
        + InferenceMethods.all
      let table = table(of: answers, contract)
      print("Method by what is left of the disk:\n\(table)")
      if ProcessInfo.processInfo.environment["DIYML_UPDATE_GOLDEN"] != nil {
        try table.write(to: Self.golden, atomically: true, encoding: .utf8)
      }
      #expect(try table == String(contentsOf: Self.golden, encoding: .utf8))
    }

    private func fill(_ disk: SmallDisk, _ level: Level) throws {
      switch level {
      case .before, .after: disk.empty()
      case .reserve: try disk.fill(leaving: Self.reserve - 4_096)
      case .full: try disk.fill()
      }
    }

    /// What came of a call, without figures.
    private func answer(to call: FullDiskCall, _ props: FullDiskProps) async -> String {
      do {
        try await call.make(props)
        return "OK"
      } catch let status as Status {
        return "\(status)".replacing(#/[0-9]+/#, with: "N")
      } catch {
        return "\(error)"
      }
    }

    private func table(
      of answers: [MethodDescriptor: [String]], _ methods: [MethodDescriptor]
    ) -> String {
      var notes: [String] = []
      func cell(_ answer: String) -> String {
        if answer == "OK" { return "OK" }
        if !notes.contains(answer) { notes.append(answer) }
        return "(\((notes.firstIndex(of: answer) ?? 0) + 1))"
      }
      func row(_ name: String, _ cells: [String]) -> String {
        name.padding(toLength: 40, withPad: " ", startingAt: 0)
          + cells.map { $0.padding(toLength: 10, withPad: " ", startingAt: 0) }.joined()
      }
      var lines = [row("method", Level.allCases.map(\.rawValue))]
      for method in methods {
        let cells = (answers[method] ?? []).map(cell)
        lines.append(row(method.path, cells))
      }
      lines += notes.enumerated().map { "(\($0 + 1)) \($1)" }
      return lines.map { $0.trimmingCharacters(in: .whitespaces) + "\n" }.joined()
    }
  }
}
