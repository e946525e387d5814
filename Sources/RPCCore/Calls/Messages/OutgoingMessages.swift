public import Codec
import Synchronization
import Waiting

/// The messages of one direction of a call as bytes, between whoever writes them and the connection.
public final class OutgoingMessages: Sendable {
  private struct State {
    var queuedBytes = 0
    var isFinished = false
    var failure: (any Error)?
    /// Opens when there is room, or the direction has ended; there while a writer waits for that.
    var room: OneShotSignal?
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
    let room = state.withLock { state in
      state.queuedBytes -= bytes
      return state.queuedBytes <= queuedBytesMax / 2 ? state.room.take() : nil
    }
    room?.open()
  }

  /// Refuses what is written from now on, with this error.
  ///
  /// The first one counts.
  package func end(_ failure: any Error) {
    let room = state.withLock { state in
      state.failure = state.failure ?? failure
      return state.room.take()
    }
    room?.open()
  }

  // MARK: Waiting

  /// Waits until less is queued.
  func waitForRoom() async throws {
    let room: OneShotSignal? = state.withLock { state in
      guard state.failure == nil, state.queuedBytes > queuedBytesMax / 2 else { return nil }
      let room = state.room ?? OneShotSignal()
      state.room = room
      return room
    }
    await room?.wait()
    if let failure = state.withLock({ $0.failure }) { throw failure }
    // Room that has come is taken, whatever has become of the task meanwhile.
    if room?.isOpen != true { try Task.checkCancellation() }
  }
}
