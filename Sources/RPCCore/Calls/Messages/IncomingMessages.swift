public import Codec
import Synchronization

/// The messages of one direction of a call as bytes, between the connection and whoever reads them.
public final class IncomingMessages: Sendable {
  private enum Ending {
    case finished
    case failed(any Error)
  }

  private struct State {
    var port: any CallPort
    var stream: StreamID
    /// Whether a message has arrived, so that the call cannot be tried again unnoticed.
    var hasBegun = false
    var waiting = ShortQueue<Bytes>()
    var ending: Ending?
    var reader: CheckedContinuation<Bytes?, any Error>?
    /// Messages that were taken and whose credit was not given back.
    var takenMessages = 0
    var takenBytes = 0

    /// Records a message that is taken; credit to be given back if enough has come together.
    mutating func took(_ bytes: Bytes, batchBytes: Int) -> Credit? {
      takenMessages += 1
      takenBytes += bytes.count + ReceiveWindow.messageOverheadBytes
      guard takenBytes >= batchBytes else { return nil }
      defer { (takenMessages, takenBytes) = (0, 0) }
      return Credit(port: port, stream: stream, messages: takenMessages)
    }
  }

  /// What is to be given back, outside the lock.
  private struct Credit {
    let port: any CallPort
    let stream: StreamID
    let messages: Int

    func give() { port.consumed(messages: messages, on: stream) }
  }

  /// What the reader must do next, decided under the lock and done outside it.
  private enum Step {
    case take(Bytes, Credit?)
    case end
    case fail(any Error)
    case wait
  }

  /// Tries a call again that failed before its first message, or throws why it does not.
  package typealias Renewal = @Sendable (IncomingMessages, Status) async throws -> Void

  private let state: Mutex<State>
  /// The code for bytes that are no message: the caller's fault in a server, the server's in a client.
  let malformedCode: StatusCode
  /// Credit is given back when this much has come together: a quarter of the stream's window.
  private let creditBatchBytes: Int
  private let renewal: Renewal?

  package init(
    port: any CallPort, stream: StreamID, malformedCode: StatusCode, creditBatchBytes: Int,
    renewal: Renewal? = nil
  ) {
    state = Mutex(State(port: port, stream: stream))
    self.malformedCode = malformedCode
    self.creditBatchBytes = creditBatchBytes
    self.renewal = renewal
  }

  /// The next message; `nil` after the last one.
  ///
  /// One task reads at a time.
  ///
  /// - Throws: the call's `Status` if it failed; `CancellationError` if this task was cancelled.
  public func next() async throws -> Bytes? {
    guard let renewal else { return try await nextOfAttempt() }
    while true {
      do {
        return try await nextOfAttempt()
      } catch let status as Status where !state.withLock({ $0.hasBegun }) {
        try await renewal(self, status)
      }
    }
  }

  /// The next message, if one is waiting: taking it costs no asynchronous call.
  func nextWaiting() -> Bytes? {
    let (bytes, credit) = state.withLock { state in
      guard let bytes = state.waiting.popFirst() else { return (nil as Bytes?, nil as Credit?) }
      return (bytes, state.took(bytes, batchBytes: creditBatchBytes))
    }
    credit?.give()
    return bytes
  }

  private func nextOfAttempt() async throws -> Bytes? {
    switch step() {
    case .take(let bytes, let credit):
      credit?.give()
      return bytes
    case .end: return nil
    case .fail(let error): throw error
    case .wait: break
    }
    let bytes = try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        switch step(orWait: continuation) {
        case .take(let bytes, _): continuation.resume(returning: bytes)
        case .end: continuation.resume(returning: nil)
        case .fail(let error): continuation.resume(throwing: error)
        case .wait: break
        }
      }
    } onCancel: {
      abandonWait()
    }
    guard let bytes else { return nil }
    state.withLock { $0.took(bytes, batchBytes: creditBatchBytes) }?.give()
    return bytes
  }

  /// The one message of a direction that must hold exactly one.
  func single(of method: MethodDescriptor) async throws -> Bytes {
    guard let bytes = try await next() else {
      throw Status(.internal, "\(method) ended without a response")
    }
    guard try await next() == nil else {
      throw Status(.internal, "\(method) gave more than one response")
    }
    return bytes
  }

  // MARK: What the connection does

  /// A reader that waited for the message which has now arrived.
  package struct Woken: Sendable {
    fileprivate let reader: CheckedContinuation<Bytes?, any Error>
    fileprivate let bytes: Bytes

    /// Gives the reader its message; called once.
    package func resume() { reader.resume(returning: bytes) }
  }

  /// Adds a message that has arrived.
  ///
  /// - Returns: The reader, if one waited: to be resumed when all that came together was added, so that
  ///   it runs once for that and finds the rest without waiting.
  package func push(_ bytes: Bytes) -> Woken? {
    state.withLock { state in
      guard state.ending == nil else { return nil }
      state.hasBegun = true
      guard let reader = state.reader.take() else {
        state.waiting.append(bytes)
        return nil
      }
      return Woken(reader: reader, bytes: bytes)
    }
  }

  /// Begins again, with another attempt of the call that failed before its first message.
  package func restart(port: any CallPort, stream: StreamID) {
    state.withLock { state in
      precondition(!state.hasBegun, "a call was tried again after its first response")
      state.port = port
      state.stream = stream
      state.ending = nil
    }
  }

  /// Ends the direction after the messages that have arrived; a failure drops those.
  ///
  /// The first ending counts.
  package func end(_ failure: (any Error)? = nil) {
    let reader = state.withLock { state in
      guard state.ending == nil else { return nil as CheckedContinuation<Bytes?, any Error>? }
      state.ending = failure.map { .failed($0) } ?? .finished
      if failure != nil { state.waiting.removeAll() }
      return state.reader.take()
    }
    if let failure { reader?.resume(throwing: failure) } else { reader?.resume(returning: nil) }
  }

  // MARK: Reading

  /// What there is to read; a reader that is given waits if there is nothing yet.
  private func step(orWait reader: CheckedContinuation<Bytes?, any Error>? = nil) -> Step {
    state.withLock { state in
      if let bytes = state.waiting.popFirst() {
        // What a waiting reader gets is accounted for when it has it.
        return .take(
          bytes, reader == nil ? state.took(bytes, batchBytes: creditBatchBytes) : nil)
      }
      switch state.ending {
      case .finished: return .end
      case .failed(let error): return .fail(error)
      case nil: break
      }
      guard let reader else { return .wait }
      if Task.isCancelled { return .fail(CancellationError()) }
      precondition(state.reader == nil, "two tasks read one direction of a call at once")
      state.reader = reader
      return .wait
    }
  }

  private func abandonWait() {
    let reader = state.withLock { $0.reader.take() }
    reader?.resume(throwing: CancellationError())
  }
}
