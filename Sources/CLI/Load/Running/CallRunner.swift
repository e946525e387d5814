import Codec
import RPCCore

/// What one call carried.
struct Traffic: Sendable, Equatable {
  var messagesSent = 0
  var messagesReceived = 0
  var bytesSent = 0
  var bytesReceived = 0

  mutating func sent(_ message: Bytes) {
    messagesSent += 1
    bytesSent += message.count
  }

  mutating func received(_ message: Bytes) {
    messagesReceived += 1
    bytesReceived += message.count
  }

  static func += (left: inout Traffic, right: Traffic) {
    left.messagesSent += right.messagesSent
    left.messagesReceived += right.messagesReceived
    left.bytesSent += right.bytesSent
    left.bytesReceived += right.bytesReceived
  }
}

/// Makes calls of any kind with messages that are encoded already.
struct CallRunner: Sendable {
  let caller: any Caller
  let options: CallOptions

  /// Makes one call and reads all of its answer.
  ///
  /// - Throws: the call's `Status`; `CancellationError` if this task was cancelled.
  func call(_ entry: LoadPlan.Entry) async throws -> Traffic {
    switch entry.method.kind {
    case .unary:
      let request = entry.requests[0]
      var traffic = Traffic()
      traffic.sent(request)
      traffic.received(
        try await caller.unary(entry.method, SegmentedBytes(request), options: options))
      return traffic
    case .clientStreaming, .serverStreaming:
      return try await caller.stream(entry.method, options: options) { output, input in
        var traffic = try await Self.send(entry.requests, to: output)
        traffic += try await Self.receive(input)
        return traffic
      }
    case .bidirectional:
      return try await caller.stream(entry.method, options: options) { output, input in
        async let sent = Self.send(entry.requests, to: output)
        var traffic = try await Self.receive(input)
        traffic += try await sent
        return traffic
      }
    }
  }

  /// Sends until all is sent or the server has answered; how it answered, `receive` tells.
  private static func send(
    _ messages: [Bytes], to output: OutgoingMessages
  ) async throws -> Traffic {
    var traffic = Traffic()
    do {
      for message in messages {
        try await output.write(SegmentedBytes(message))
        traffic.sent(message)
      }
      output.finish()
    } catch is Status {
      return traffic
    }
    return traffic
  }

  private static func receive(_ input: IncomingMessages) async throws -> Traffic {
    var traffic = Traffic()
    while let message = try await input.next() { traffic.received(message) }
    return traffic
  }
}
