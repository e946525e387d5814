public import Codec

/// One method with the code that serves it; generated service protocols make lists of these.
public struct Route: Sendable {
  /// The handler over bytes, by how many messages go each way.
  package enum Handler: Sendable {
    case unary(@Sendable (Bytes, ServerContext) async throws -> SegmentedBytes)
    case clientStreaming(
      @Sendable (IncomingMessages, ServerContext) async throws -> SegmentedBytes)
    case serverStreaming(@Sendable (Bytes, OutgoingMessages, ServerContext) async throws -> Void)
    case bidirectional(
      @Sendable (IncomingMessages, OutgoingMessages, ServerContext) async throws -> Void)
  }

  /// The method that is served.
  public let method: MethodDescriptor
  package let handler: Handler

  private init(_ method: MethodDescriptor, _ handler: Handler) {
    self.method = method
    self.handler = handler
  }

  /// One request, one response.
  public static func unary<Q: Message, A: Message>(
    _ method: MethodDescriptor,
    _ handler: @escaping @Sendable (Q, ServerContext) async throws -> A
  ) -> Route {
    precondition(method.kind == .unary, "\(method) is \(method.kind)")
    return Route(
      method,
      .unary { bytes, context in
        let request = try decode(bytes, as: Q.self, failingWith: .invalidArgument)
        return try encodeToSend(try await handler(request, context))
      })
  }

  /// Any number of requests, one response.
  public static func clientStreaming<Q: Message, A: Message>(
    _ method: MethodDescriptor,
    _ handler: @escaping @Sendable (MessageStream<Q>, ServerContext) async throws -> A
  ) -> Route {
    precondition(method.kind == .clientStreaming, "\(method) is \(method.kind)")
    return Route(
      method,
      .clientStreaming { input, context in
        try encodeToSend(try await handler(MessageStream(input), context))
      })
  }

  /// One request, any number of responses.
  public static func serverStreaming<Q: Message, A: Message>(
    _ method: MethodDescriptor,
    _ handler: @escaping @Sendable (Q, MessageWriter<A>, ServerContext) async throws -> Void
  ) -> Route {
    precondition(method.kind == .serverStreaming, "\(method) is \(method.kind)")
    return Route(
      method,
      .serverStreaming { bytes, output, context in
        let request = try decode(bytes, as: Q.self, failingWith: .invalidArgument)
        try await handler(request, MessageWriter(output), context)
      })
  }

  /// Any number both ways, in any order.
  public static func bidirectional<Q: Message, A: Message>(
    _ method: MethodDescriptor,
    _ handler:
      @escaping @Sendable (MessageStream<Q>, MessageWriter<A>, ServerContext) async throws -> Void
  ) -> Route {
    precondition(method.kind == .bidirectional, "\(method) is \(method.kind)")
    return Route(
      method,
      .bidirectional { input, output, context in
        try await handler(MessageStream(input), MessageWriter(output), context)
      })
  }
}

/// Where handlers run.
public enum HandlerExecution: Sendable, Hashable, CaseIterable {
  /// On Swift's threads, as any task: right for handlers that compute, or call what blocks a thread.
  case pool
  /// Up to their first wait on the event loop of the call's connection, then on Swift's threads:
  /// right for handlers that answer at once, or soon wait for something.
  ///
  /// A call whose handler does not wait then costs no change of thread, which is a good part of what
  /// a small call costs. What a handler does before its first wait holds up every connection of that
  /// event loop, so it should take no longer than some tens of microseconds, and must never block.
  case eventLoop
}
