package import Codec
package import RPCCore

/// Routes that answer every call at once with empty messages.
///
/// They cost a server as little as a call can, so what a load generator reaches on them is its own
/// limit and the wire's.
package enum EmptyRoutes {
  package typealias Described = (
    method: MethodDescriptor, request: any Message.Type, response: any Message.Type
  )

  /// A route for each method: the streaming ones answer each request, or the last one.
  package static func routes(for methods: [Described]) -> [Route] {
    methods.map { described in
      // Types are opened from constants alone, not from parts of a tuple.
      let (method, request, response) = described
      return route(method, request, response)
    }
  }

  private static func route<Q: Message, A: Message>(
    _ method: MethodDescriptor, _ request: Q.Type, _ response: A.Type
  ) -> Route {
    switch method.kind {
    case .unary:
      .unary(method) { (_: Q, _) in A() }
    case .clientStreaming:
      .clientStreaming(method) { (requests: MessageStream<Q>, _) in
        for try await _ in requests {}
        return A()
      }
    case .serverStreaming:
      .serverStreaming(method) { (_: Q, responses: MessageWriter<A>, _) in
        try await responses.write(A())
      }
    case .bidirectional:
      .bidirectional(method) { (requests: MessageStream<Q>, responses: MessageWriter<A>, _) in
        for try await _ in requests { try await responses.write(A()) }
      }
    }
  }
}
