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
    try await copying(tell) { try await store.backup(to: request.target, at: now(), $0) }
  }

  package func verify(
    _ request: UpkeepVerifyRequest, _ tell: (UpkeepVerifyEvent) async throws -> Void
  ) async throws {
    let start = ContinuousClock.now
    let repair = RepairRequest(from: request.from.isEmpty ? nil : request.from, at: now())
    var result = try await listening { feed in
      try await store.verify(repair: request.repair ? repair : nil, feed)
    } to: { event in
      switch event {
      case .progress(let progress): try await tell(.init(event: .progress(progress)))
      case .fault(let fault): try await tell(.init(event: .fault(fault)))
      }
    }
    result.milliseconds = elapsedMilliseconds(since: start)
    try await tell(UpkeepVerifyEvent(event: .result(result)))
  }

  package func gc(_ request: UpkeepGcRequest) async throws -> UpkeepGcResponse {
    let days = try await store.removeTrash(
      olderThan: Int(request.trashDays), at: now(), dryRun: !request.remove)
    let left = try await store.status()
    return UpkeepGcResponse(
      days: days, removed: request.remove, filesLeft: left.trashFiles, bytesLeft: left.trashBytes)
  }

  package func status() async throws -> UpkeepStatusResponse {
    var status = try await store.status()
    status.serverProcess = serverProcess
    return status
  }
}

/// Restores a store, telling what a backup tells.
package func restore(
  _ restore: Restore, _ tell: (UpkeepCopyEvent) async throws -> Void
) async throws {
  try await copying(tell) { try await restore.run($0) }
}

/// Tells what a copy of a store says, and how long it took in all.
private func copying(
  _ tell: (UpkeepCopyEvent) async throws -> Void,
  _ work:
    @escaping @Sendable (@escaping @Sendable (UpkeepEvent) -> Void) async throws
    -> UpkeepCopyResult
) async throws {
  let start = ContinuousClock.now
  var result = try await listening(work) { event in
    switch event {
    case .progress(let progress): try await tell(.init(event: .progress(progress)))
    case .fault(let fault): try await tell(.init(event: .fault(fault)))
    }
  }
  result.milliseconds = elapsedMilliseconds(since: start)
  try await tell(UpkeepCopyEvent(event: .result(result)))
}

private func elapsedMilliseconds(since start: ContinuousClock.Instant) -> UInt64 {
  UInt64((ContinuousClock.now - start) / .milliseconds(1))
}

/// Runs work that says what it does from threads of its own, and passes that on one by one.
///
/// What is said is bounded: progress comes a few times a second, and faults are told up to a limit.
private func listening<Report: Sendable>(
  _ work: @escaping @Sendable (@escaping @Sendable (UpkeepEvent) -> Void) async throws -> Report,
  to tell: (UpkeepEvent) async throws -> Void
) async throws -> Report {
  let (events, feed) = AsyncStream.makeStream(of: UpkeepEvent.self)
  async let report = {
    defer { feed.finish() }
    return try await work { feed.yield($0) }
  }()
  for await event in events { try await tell(event) }
  return try await report
}
