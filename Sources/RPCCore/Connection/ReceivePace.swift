/// What a client has begun to send and not finished, and until when it may take.
///
/// A frame or message that has begun holds memory, so its bytes have to come: after a grace at
/// `receiveBytesPerSecondMin` on the average. Looked at from time to time, so that bytes which arrive
/// as they should cost nothing.
package struct ReceivePace: Sendable {
  /// A message in several chunks.
  private struct Message {
    let allowance: Duration
    var due: ContinuousClock.Instant
    /// How often its stream had been given credit when it was last looked at.
    var grants: Int
  }

  private let grace: Duration
  private let bytesPerSecondMin: Int
  private let frameAllowance: Duration
  private var frameDue: ContinuousClock.Instant?
  private var messages = StreamMap<Message>()

  package init(limits: Limits) {
    grace = limits.receiveGrace
    bytesPerSecondMin = limits.receiveBytesPerSecondMin
    frameAllowance =
      grace + .seconds(Double(limits.frameBytesMax) / Double(bytesPerSecondMin))
  }

  /// Whether anything has begun that is not finished.
  package var isWatching: Bool { frameDue != nil || !messages.isEmpty }

  /// When the first of all is due.
  package var firstDue: ContinuousClock.Instant? {
    messages.reduce(frameDue) { first, message in min(first ?? message.1.due, message.1.due) }
  }

  // MARK: Frames

  /// A frame has come to its end.
  package mutating func frameArrived() { frameDue = nil }

  /// All that was received was read; `isWithinFrame` if a frame's beginning is left.
  package mutating func readAll(isWithinFrame: Bool, at now: ContinuousClock.Instant) {
    guard isWithinFrame, frameDue == nil else { return }
    frameDue = now + frameAllowance
  }

  /// Judges the frame that has begun: as long as any may be.
  package func checkFrame(at now: ContinuousClock.Instant) throws(ConnectionFault) {
    guard let frameDue, frameDue <= now else { return }
    throw ConnectionFault(.timeout, "a frame took longer than \(frameAllowance)")
  }

  // MARK: Messages

  /// A chunk has come that does not end its message.
  package mutating func messageGoesOn(
    _ stream: StreamID, _ message: Transfer.Partial, at now: ContinuousClock.Instant
  ) {
    guard messages.index(forKey: stream) == nil else { return }
    let allowance = grace + .seconds(Double(message.bytes) / Double(bytesPerSecondMin))
    messages[stream] = Message(
      allowance: allowance, due: now + allowance, grants: message.grants)
  }

  /// A message has come to its end.
  package mutating func messageArrived(_ stream: StreamID) {
    if !messages.isEmpty { messages.removeValue(forKey: stream) }
  }

  /// The streams whose messages took too long, each with what its message was allowed.
  ///
  /// A message that waited for our credit, or was given some since it was last looked at, begins anew.
  package mutating func overdue(
    at now: ContinuousClock.Instant, partial: (StreamID) -> Transfer.Partial?
  ) -> [(stream: StreamID, allowance: Duration)] {
    var overdue: [(StreamID, Duration)] = []
    for (stream, message) in messages {
      guard let current = partial(stream) else {
        messages.removeValue(forKey: stream)
        continue
      }
      guard message.due <= now else { continue }
      if current.isHeldUp || current.grants != message.grants {
        messages[stream] = Message(
          allowance: message.allowance, due: now + message.allowance, grants: current.grants)
      } else {
        messages.removeValue(forKey: stream)
        overdue.append((stream, message.allowance))
      }
    }
    return overdue
  }
}
