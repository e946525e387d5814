import Codec
import CommandLineKit
import RPCCore

/// The messages that each call of a method sends.
enum Messages {
  /// Checks that the messages suit the method, and repeats them in turn until there are `count`.
  ///
  /// Without any message a call sends the empty one.
  ///
  /// - Throws: `CommandFailure.usage` where the method takes one message and would get more.
  static func forCall(
    of method: MethodDescriptor, _ given: [Bytes], count: Int?
  ) throws -> [Bytes] {
    let messages = given.isEmpty ? [Bytes()] : given
    let wanted = count ?? messages.count
    guard wanted == 1 || method.kind == .clientStreaming || method.kind == .bidirectional else {
      throw CommandFailure.usage("\(method) takes one message; \(wanted) are given")
    }
    guard (1...PlanLimits.messagesMax).contains(wanted) else {
      throw CommandFailure.usage(
        "\(wanted) messages in a call; it may be 1 to \(PlanLimits.messagesMax)")
    }
    return (0..<wanted).map { messages[$0 % messages.count] }
  }
}
