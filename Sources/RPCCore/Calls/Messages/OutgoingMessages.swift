public import Codec
import Synchronization

/// The messages of one direction of a call as bytes, between whoever writes them and the connection.
public final class OutgoingMessages: Sendable {
  private struct State {
    var queuedBytes = 0
    var isFinished = false
    var failure: (any Error)?
    var nextWriter: UInt64 = 0
    var writers: [UInt64: CheckedContinuation<Void, any Error>] = [:]
  }

  private let state = Mutex(State())
  private let port: any CallPort
  private let stream: StreamID
  /// Writers wait while more bytes than this have not been written to the connection.
  private let queuedBytesMax: Int

  package init(port: any CallPort, stream: StreamID, queuedBytesMax: Int) {
    self.port = port
    self.stream = stream
    self.queuedBytesMax = queuedBytesMax
  }

  /// Sends one message; waits while too much is queued.
  ///
  /// - Throws: the call's `Status` if it has ended; `CancellationError` if this task was cancelled.
  public func write(_ message: SegmentedBytes) async throws {
    if try send(message) { try await waitForRoom() }
  }

  /// Sends one message; returns whether too much is queued, so that the writer must wait for room.
  ///
  /// - Throws: as ``write(_:)``.
  func send(_ message: SegmentedBytes) throws -> Bool {
    try Task.checkCancellation()
    let mustWait = try state.withLock { state in
      if let failure = state.failure { throw failure }
      if state.isFinished {
        throw Status(.failedPrecondition, "a message was written after the last one")
      }
      state.queuedBytes += message.count + ReceiveWindow.messageOverheadBytes
      return state.queuedBytes > queuedBytesMax
    }
    port.send(message, on: stream)
    return mustWait
  }

  /// Says that no more messages follow.
  ///
  /// Later calls do nothing.
  public func finish() {
    let isFirst = state.withLock { state in
      defer { state.isFinished = true }
      return !state.isFinished && state.failure == nil
    }
    if isFirst { port.finish(stream) }
  }

  /// Sends the only message of the direction.
  func finish(with message: SegmentedBytes) {
    port.send(message, on: stream)
    finish()
  }

  /// Whether the call has ended, and so with this status.
  func hasEnded(with status: Status) -> Bool {
    state.withLock { $0.failure as? Status == status }
  }

  // MARK: What the connection does

  /// Records that queued bytes are on their way.
  package func sent(bytes: Int) {
    let writers = state.withLock { state in
      state.queuedBytes -= bytes
      guard !state.writers.isEmpty, state.queuedBytes <= queuedBytesMax / 2 else {
        return [] as [CheckedContinuation<Void, any Error>]
      }
      defer { state.writers.removeAll() }
      return Array(state.writers.values)
    }
    for writer in writers { writer.resume() }
  }

  /// Refuses what is written from now on, with this error.
  ///
  /// The first one counts.
  package func end(_ failure: any Error) {
    let writers = state.withLock { state in
      guard state.failure == nil else { return [] as [CheckedContinuation<Void, any Error>] }
      state.failure = failure
      defer { state.writers.removeAll() }
      return Array(state.writers.values)
    }
    for writer in writers { writer.resume(throwing: failure) }
  }

  // MARK: Waiting

  /// Waits until less is queued.
  func waitForRoom() async throws {
    let number = state.withLock { state in
      state.nextWriter += 1
      return state.nextWriter
    }
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { wait($0, number) }
    } onCancel: {
      let writer = state.withLock { $0.writers.removeValue(forKey: number) }
      writer?.resume(throwing: CancellationError())
    }
  }

  private func wait(_ continuation: CheckedContinuation<Void, any Error>, _ number: UInt64) {
    let ready: Result<Void, any Error>? = state.withLock { state in
      if let failure = state.failure { return .failure(failure) }
      if Task.isCancelled { return .failure(CancellationError()) }
      if state.queuedBytes <= queuedBytesMax / 2 { return .success(()) }
      state.writers[number] = continuation
      return nil
    }
    if let ready { continuation.resume(with: ready) }
  }
}
