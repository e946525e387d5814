package import Codec

/// What the two directions of a call ask of their connection; each may be called from any thread.
package protocol CallPort: Sendable {
  /// Sends a message after those before it.
  func send(_ message: SegmentedBytes, on stream: StreamID)
  /// Says that no more messages follow.
  func finish(_ stream: StreamID)
  /// Gives back the credit of messages that the call has taken.
  func consumed(messages: Int, on stream: StreamID)
}
