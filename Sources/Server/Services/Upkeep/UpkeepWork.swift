package import API
package import Store

/// Does what the contract says with a store, whoever asks: a call, or a command that holds the
/// folder itself.
package struct UpkeepWork: Sendable {
  private let store: any WholeStore
  /// The process that serves the folder; 0 if none does.
  private let serverProcess: UInt32
  private let now: @Sendable () -> Timestamp

  package init(
    on store: any WholeStore, serverProcess: UInt32, now: @escaping @Sendable () -> Timestamp
  ) {
    self.store = store
    self.serverProcess = serverProcess
    self.now = now
  }

  package func backup(
    _ request: UpkeepBackupRequest, _ tell: (UpkeepCopyEvent) async throws -> Void
  ) async throws {
    let start = ContinuousClock.now
    let report = try await listening(to: tell, { UpkeepCopyEvent($0) }) { feed in
      try await store.backup(to: request.target, at: now(), feed)
    }
    try await tell(UpkeepCopyEvent(event: .result(.init(report, since: start))))
  }

  package func verify(
    _ request: UpkeepVerifyRequest, _ tell: (UpkeepVerifyEvent) async throws -> Void
  ) async throws {
    let start = ContinuousClock.now
    let repair = RepairRequest(from: request.from.isEmpty ? nil : request.from, at: now())
    let report = try await listening(to: tell, { UpkeepVerifyEvent($0) }) { feed in
      try await store.verify(repair: request.repair ? repair : nil, feed)
    }
    try await tell(UpkeepVerifyEvent(event: .result(.init(report, since: start))))
  }

  package func gc(_ request: UpkeepGcRequest) async throws -> UpkeepGcResponse {
    let days = try await store.removeTrash(
      olderThan: Int(request.trashDays), at: now(), dryRun: !request.remove)
    let left = try await store.status().trash
    return UpkeepGcResponse(
      days: days.map { .init(day: $0.day, files: $0.files.count, bytes: $0.files.bytes) },
      removed: request.remove, filesLeft: left.count, bytesLeft: left.bytes)
  }

  package func status() async throws -> UpkeepStatusResponse {
    UpkeepStatusResponse(try await store.status(), serverProcess: serverProcess)
  }
}

/// Restores a store, telling what a backup tells.
package func restore(
  _ restore: Restore, _ tell: (UpkeepCopyEvent) async throws -> Void
) async throws {
  let start = ContinuousClock.now
  let report = try await listening(to: tell, { UpkeepCopyEvent($0) }) { try await restore.run($0) }
  try await tell(UpkeepCopyEvent(event: .result(.init(report, since: start))))
}

/// Runs work that says what it does from threads of its own, and passes that on one by one.
///
/// What is said is bounded: progress comes a few times a second, and faults are told up to a limit.
private func listening<Event, Report: Sendable>(
  to tell: (Event) async throws -> Void, _ event: (UpkeepEvent) -> Event,
  _ work: @escaping @Sendable (@escaping @Sendable (UpkeepEvent) -> Void) async throws -> Report
) async throws -> Report {
  let (events, feed) = AsyncStream.makeStream(of: UpkeepEvent.self)
  async let report = {
    defer { feed.finish() }
    return try await work { feed.yield($0) }
  }()
  for await said in events { try await tell(event(said)) }
  return try await report
}
