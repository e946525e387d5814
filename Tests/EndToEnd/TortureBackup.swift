import Foundation
import RPCClient
import RPCCore
import TestSupport

/// Backups that are made while clients work, and what a server makes of them elsewhere.
struct TortureBackup: Sendable {
  let folder: TemporaryFolder
  let ledger: TortureLedger

  private var data: String { folder.path + "/data" }
  private var destination: String { folder.path + "/backup" }
  private var restored: String { folder.path + "/restored" }

  /// How long a command may take on the slowest machine.
  private static let patience = Duration.seconds(120)

  /// Makes a backup of the folder, which is served, and compares it with what was acknowledged.
  func takeAndCheck() async throws {
    let start = ledger.record()
    let isDone = try await succeeds("backup", [destination, "--data", data])
    let (end, histories) = ledger.recorded()
    guard isDone, try await succeeds("restore", [destination, restored]) else { return }
    _ = try await succeeds("verify", ["--data", restored])
    try await withServer(over: restored) { client in
      try await explain(client, histories, start...end)
    }
    try FileManager.default.removeItem(atPath: restored)
  }

  /// Begins a backup, which `interruption` may end in its middle; the next one has to cope with that.
  func begin(_ interruption: (ProgramProcess) async throws -> Void) async throws {
    let arguments = ["backup", destination, "--data", data]
    try await ProgramProcess.with(TestData.program("diymld"), arguments) { process in
      try await interruption(process)
      _ = try await within(Self.patience, "the end of an interrupted backup") {
        await process.ending()
      }
    }
  }

  /// Makes a backup of the folder, which nobody serves, and serves the backup itself.
  func takeAndServe(_ body: (Client) async throws -> Void) async throws {
    guard try await succeeds("backup", [destination, "--data", data]) else { return }
    try await withServer(over: destination, body)
  }

  /// Looks at every byte of the folder, which nobody serves.
  func verify() async throws { _ = try await succeeds("verify", ["--data", data]) }

  private func succeeds(_ command: String, _ arguments: [String]) async throws -> Bool {
    let (ending, output) = try await ProgramProcess.with(
      TestData.program("diymld"), [command] + arguments
    ) { process in
      let ending = try await within(Self.patience, "diymld \(command)") { await process.ending() }
      return (ending, process.output)
    }
    if ending == .exited(0) {
      ledger.count(command, \.done)
      return true
    }
    ledger.report(.wrong, "\(command) ended \(String(describing: ending)): \(output)")
    return false
  }

  private func withServer(
    over data: String, _ body: (Client) async throws -> Void
  ) async throws {
    try await Daemon.with(data: data) { daemon in
      try await daemon.withClient(body)
      daemon.process.signal(SIGTERM)
      let ending = try await within(Self.patience, "the end of a server") {
        await daemon.process.ending()
      }
      if ending != .exited(0) {
        ledger.report(.wrong, "the server of a backup ended \(String(describing: ending))")
      }
    }
  }
}

// MARK: - What instant a backup shows

extension TortureBackup {
  /// Finds an instant within `bounds` at which every account was as the server shows it.
  private func explain(
    _ client: Client, _ histories: [String: [TortureLedger.Entry]], _ bounds: ClosedRange<UInt64>
  ) async throws {
    var possible: [[ClosedRange<UInt64>]] = []
    for (user, history) in histories {
      let entries = history.filter { entry in
        entry.from <= bounds.upperBound && entry.until ?? .max >= bounds.lowerBound
      }
      let seen = try await account(user, entries, client)
      let matching = entries.filter { $0.faults(from: seen).isEmpty }
      guard !matching.isEmpty else {
        let faults = entries.map { $0.faults(from: seen) }.min { $0.count < $1.count }
        ledger.report(faults ?? [], of: "backup of \(user)")
        return
      }
      possible.append(
        matching.map { entry in
          max(entry.from, bounds.lowerBound)...min(entry.until ?? .max, bounds.upperBound)
        })
    }
    // If there is one at all, then one at which some account changed.
    let instants = possible.flatMap { $0.map(\.lowerBound) }
    let isOne = instants.contains { instant in
      possible.allSatisfy { ranges in ranges.contains { $0.contains(instant) } }
    }
    if !isOne { ledger.report(.changed, "a backup shows accounts at different instants") }
  }

  /// The account as the server of the backup shows it; nothing when it knows no token of it.
  private func account(
    _ user: String, _ entries: [TortureLedger.Entry], _ client: Client
  ) async throws -> TortureObservation? {
    let accounts = entries.compactMap(\.state)
    let secrets = Set(
      accounts.flatMap { $0.tokens.values.filter(\.isUsable).compactMap(\.secret) })
    let inferences = Set(accounts.flatMap(\.inferences.keys))
    for secret in secrets {
      let reader = TortureReader(client, secret: secret)
      if let seen = try await reader.account(user, inferences: inferences) { return seen }
    }
    return nil
  }
}

extension TortureLedger.Entry {
  /// What in a copy of the account speaks against this state.
  fileprivate func faults(from seen: TortureObservation?) -> [TortureFault] {
    switch (state, seen) {
    case (nil, nil): []
    case (nil, .some): [TortureFault(kind: .appeared, text: "the account")]
    case (.some(let account), nil):
      account.tokens.values.contains(where: \.isUsable)
        ? [TortureFault(kind: .lost, text: "the account")] : []
    case (.some(let account), .some(let seen)): account.differences(from: seen)
    }
  }
}
