public import Codec

/// Something that calls methods: a client's connection, or the loopback of the tests.
///
/// Conforming types move bytes; the typed calls that generated clients use are made of them below.
public protocol Caller: Sendable {
  /// Sends one message and returns the one response.
  ///
  /// - Throws: the call's `Status`; `CancellationError` if this task was cancelled.
  func unary(
    _ method: MethodDescriptor, _ request: SegmentedBytes, options: CallOptions
  ) async throws -> Bytes

  /// Starts a call with any number of messages each way and gives both directions to `body`.
  ///
  /// `body` ends the sending direction with `finish()`. When it returns before the server has ended
  /// the call, the call is cancelled. A status that ends the call before `body` returns is thrown,
  /// whether or not `body` noticed it.
  ///
  /// - Throws: the call's `Status`; `CancellationError` if this task was cancelled; whatever `body`
  ///   throws.
  func stream<R: Sendable>(
    _ method: MethodDescriptor, options: CallOptions,
    _ body: (OutgoingMessages, IncomingMessages) async throws -> R
  ) async throws -> R

  /// Sends one message and gives the responses to `body`, as ``stream(_:options:_:)`` does.
  ///
  /// A caller that keeps the request can try the call again before the first response.
  ///
  /// - Throws: as ``stream(_:options:_:)``.
  func serverStream<R: Sendable>(
    _ method: MethodDescriptor, _ request: SegmentedBytes, options: CallOptions,
    _ body: (IncomingMessages) async throws -> R
  ) async throws -> R
}

extension Caller {
  /// Starts a stream whose only request is `request`.
  public func serverStream<R: Sendable>(
    _ method: MethodDescriptor, _ request: SegmentedBytes, options: CallOptions,
    _ body: (IncomingMessages) async throws -> R
  ) async throws -> R {
    try await stream(method, options: options) { output, input in
      output.finish(with: request)
      return try await body(input)
    }
  }
}

extension Caller {
  /// One request, one response.
  public func unary<Q: Message, A: Message>(
    _ method: MethodDescriptor, _ request: Q, options: CallOptions = CallOptions()
  ) async throws -> A {
    let bytes = try await unary(method, encodeToSend(request), options: options)
    return try decode(bytes, as: A.self, failingWith: .internal)
  }

  /// Sends what `send` writes, then returns the one response.
  public func clientStreaming<Q: Message, A: Message>(
    _ method: MethodDescriptor, options: CallOptions = CallOptions(),
    _ send: (MessageWriter<Q>) async throws -> Void
  ) async throws -> A {
    let bytes = try await stream(method, options: options) { output, input in
      do {
        try await send(MessageWriter(output))
      } catch let status as Status where output.hasEnded(with: status) {
        // The server answered before it had read everything: its answer counts, not the failed write.
      }
      output.finish()
      return try await input.single(of: method)
    }
    return try decode(bytes, as: A.self, failingWith: .internal)
  }

  /// Sends one request and gives the responses to `receive`.
  public func serverStreaming<Q: Message, A: Message, R: Sendable>(
    _ method: MethodDescriptor, _ request: Q, options: CallOptions = CallOptions(),
    _ receive: (MessageStream<A>) async throws -> R
  ) async throws -> R {
    try await serverStream(method, encodeToSend(request), options: options) { input in
      try await receive(MessageStream(input))
    }
  }

  /// Gives both directions to `body`, which ends the sending one by `finish()`.
  ///
  /// When `body` returns before the server has ended the call, the call is cancelled.
  public func bidirectional<Q: Message, A: Message, R: Sendable>(
    _ method: MethodDescriptor, options: CallOptions = CallOptions(),
    _ body: (MessageWriter<Q>, MessageStream<A>) async throws -> R
  ) async throws -> R {
    try await stream(method, options: options) { output, input in
      try await body(MessageWriter(output), MessageStream(input))
    }
  }
}
