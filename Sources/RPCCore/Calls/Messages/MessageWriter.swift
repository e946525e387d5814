public import Codec

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
