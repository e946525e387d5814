import Codec
import Logging
import RPCClient
import RPCCore
import RPCLoopback
import RPCServices

/// A server with a small service and the standard ones.
enum Stage {
  typealias Item = HealthCheckRequest

  static let wait = MethodDescriptor(service: "test.Clock", name: "Wait", kind: .bidirectional)
  static let tell = MethodDescriptor(service: "test.Clock", name: "Tell", kind: .unary)

  /// `Wait` echoes each message until there are no more.
  static let routes: [Route] = [
    .bidirectional(wait) { (items: MessageStream<Item>, responses: MessageWriter<Item>, _) in
      for try await item in items { try await responses.write(item) }
    },
    .unary(tell) { (item: Item, _) in item },
  ]

  static func run<R: Sendable>(
    _ services: StandardServices, _ body: (Client) async throws -> R
  ) async throws -> R {
    try await withLoopback(
      routes: routes, logger: .silent, extensions: [services], body)
  }
}

extension Administrators {
  /// Whoever asks.
  static let anybody = Administrators { _ in true }
}

extension Logger {
  /// Says nothing.
  static let silent = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
}
