import Foundation
import RPCClient
import RPCCore
import SeededRandom
import TestSupport

/// The server under torture: started over the same folder again and again, and killed.
struct TortureServer: Sendable {
  let folder: TemporaryFolder
  let ledger: TortureLedger
  private(set) var kills = 0
  private var random: SeededGenerator

  /// How long a server may live.
  private static let lives = 50...5_000
  /// Of so many servers, one is backed up, and one is killed while it is.
  private static let serversPerBackup = 5

  init(folder: TemporaryFolder, seed: UInt64, ledger: TortureLedger) {
    self.folder = folder
    self.ledger = ledger
    random = SeededGenerator(seed: seed)
  }

  var data: String { folder.path + "/data" }
  var address: Address { .unix(path: folder.path + "/s") }

  private var backup: TortureBackup { TortureBackup(folder: folder, ledger: ledger) }

  /// Starts servers and kills them until the time is up; the last one once all clients have stopped.
  mutating func run(until end: ContinuousClock.Instant) async throws {
    while true {
      let life = Duration.milliseconds(Int.random(in: Self.lives, using: &random))
      let moment = Duration.milliseconds(Int.random(in: 0...300, using: &random))
      let isLast = ContinuousClock.now + life >= end
      let turn = kills % Self.serversPerBackup
      try await withServer { process in
        switch (isLast, turn) {
        case (true, _): try await stopClients(process)
        case (false, 2):
          _ = try await Daemon.listening(process)
          try await backup.takeAndCheck()
        case (false, 4):
          _ = try await Daemon.listening(process)
          try await backup.begin { command in
            try await Task.sleep(for: moment)
            process.signal(SIGKILL)
            // Half of the commands go with their server.
            if kills % 2 == 0 { command.signal(SIGKILL) }
          }
        case (false, 1): try await Task.sleep(for: life)  // Some die before they listen.
        case (false, _):
          _ = try await Daemon.listening(process)
          try await Task.sleep(for: life)
        }
        process.signal(SIGKILL)
        let ending = try await within(Daemon.patience, "the death of the server") {
          await process.ending()
        }
        if ending != .signalled(SIGKILL) {
          ledger.report(.wrong, "a server ended by itself: \(process.output)")
        }
      }
      kills += 1
      // Never without a last server: a backup may have taken the time that was left.
      if isLast { return }
    }
  }

  private func stopClients(_ process: ProgramProcess) async throws {
    _ = try await Daemon.listening(process)
    ledger.end()
    try await eventually(within: .seconds(150), "the end of the clients") { ledger.working == 0 }
  }

  /// Verifies the folder, and serves a last backup of it.
  func finish(_ body: (Client) async throws -> Void) async throws {
    try await backup.verify()
    try await backup.takeAndServe(body)
  }

  /// Serves while `body` runs, and stops as asked to.
  func serve(_ body: () async throws -> Void) async throws {
    try await withServer { process in
      _ = try await Daemon.listening(process)
      try await body()
      process.signal(SIGTERM)
      let ending = try await within(Daemon.patience, "the end of the server") {
        await process.ending()
      }
      if ending != .exited(0) {
        ledger.report(.wrong, "the stop ended \(String(describing: ending)): \(process.output)")
      }
    }
  }

  private func withServer(_ body: (ProgramProcess) async throws -> Void) async throws {
    let arguments = Daemon.arguments(data: data, listen: "\(address)")
    try await ProgramProcess.with(TestData.program("diymld"), arguments) { process in
      try await body(process)
      for line in process.output.split(separator: "\n") where line.contains(" error diymld") {
        ledger.report(.wrong, "the server logged: \(line)")
      }
    }
  }
}
