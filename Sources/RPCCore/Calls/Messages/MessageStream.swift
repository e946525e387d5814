public import Codec

/// The messages of one direction of a call, as they arrive.
///
/// It ends after the last message, or throws the ``Status`` with which the call failed. It is read
/// once, by one task at a time; what is not read yet holds back the sender.
public struct MessageStream<Element: Message>: AsyncSequence, Sendable {
  private let source: IncomingMessages

  package init(_ source: IncomingMessages) { self.source = source }

  /// Reads the messages.
  public func makeAsyncIterator() -> Iterator { Iterator(source: source) }

  /// Reads the messages, one at a time.
  public struct Iterator: AsyncIteratorProtocol {
    fileprivate let source: IncomingMessages

    /// The next message; `nil` after the last one.
    ///
    /// - Throws: the call's `Status` if it failed; `INVALID_ARGUMENT` (in a server) or `INTERNAL`
    ///   (in a client) if the bytes are not such a message; `CancellationError` if the reading task
    ///   was cancelled.
    public mutating func next() async throws -> Element? {
      try await next(isolation: nil)
    }

    /// As ``next()``, where the caller runs: a message that is waiting costs no change of executor.
    public mutating func next(
      isolation actor: isolated (any Actor)?
    ) async throws -> Element? {
      if let bytes = source.nextWaiting() {
        return try decode(bytes, as: Element.self, failingWith: source.malformedCode)
      }
      guard let bytes = try await source.next() else { return nil }
      return try decode(bytes, as: Element.self, failingWith: source.malformedCode)
    }
  }
}

/// The messages of one direction of a call, as they are sent.
///
/// The direction ends with ``finish()``, or when the closure or handler that was given the writer
/// returns.
public struct MessageWriter<Element: Message>: Sendable {
  private let sink: OutgoingMessages

  package init(_ sink: OutgoingMessages) { self.sink = sink }

  /// Sends one message; waits while more is under way than the receiver gave credit for.
  ///
  /// - Throws: the call's `Status` if it has ended; `CancellationError` if this task was cancelled
  ///   while it waited.
  public nonisolated(nonsending) func write(_ message: Element) async throws {
    // Nearly always there is room: an asynchronous call less.
    if try sink.send(encodeToSend(message)) { try await sink.waitForRoom() }
  }

  /// Says that no more messages follow: how the body of a bidirectional call lets the server end it.
  public func finish() { sink.finish() }
}

/// What the two directions of a call ask of their connection; each may be called from any thread.
package protocol CallPort: Sendable {
  /// Sends a message after those before it.
  func send(_ message: SegmentedBytes, on stream: StreamID)
  /// Says that no more messages follow.
  func finish(_ stream: StreamID)
  /// Gives back the credit of messages that the call has taken.
  func consumed(messages: Int, on stream: StreamID)
}
