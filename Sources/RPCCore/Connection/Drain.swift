/// How a server takes leave of a client without losing a call, in two steps.
///
/// It says that it is going, and sends a PING. Calls that the client had sent before it read this
/// arrive before the PING's answer, and are served. Then it names the last one.
package struct Drain: Hashable, Sendable {
  package enum Action: Hashable, Sendable {
    case nothing
    /// Send a GOAWAY that names no last call, then a PING.
    case announce
    /// Send a GOAWAY that names the last call.
    case nameLast
  }

  private enum Phase { case serving, announced, last }

  /// The content of the PING whose answer ends the first step: "draining".
  package static let pingContent: UInt64 = 0x6472_6169_6E69_6E67

  private var phase = Phase.serving

  package init() {}

  /// Whether the last call was named: what the client opens now is not served.
  package var hasNamedLast: Bool { phase == .last }

  /// Whether the client was told, or is about to be.
  package var hasBegun: Bool { phase != .serving }

  package mutating func begin() -> Action {
    guard phase == .serving else { return .nothing }
    phase = .announced
    return .announce
  }

  /// The client has had its time to answer.
  package mutating func answerIsOverdue() -> Action {
    guard phase == .announced else { return .nothing }
    phase = .last
    return .nameLast
  }

  package mutating func pingAnswered(_ content: UInt64) -> Action {
    guard phase == .announced, content == Self.pingContent else { return .nothing }
    phase = .last
    return .nameLast
  }
}
