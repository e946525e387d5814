import Codec
import Descriptors
import ProtoJSON
import RPCCore

/// A call of a method that this program learned of at run time: JSON in, JSON out.
struct DynamicCall: Sendable {
  let method: ServerSchema.Method
  let caller: any Caller
  let options: CallOptions
  /// Whether fields that hold secrets are shown as they are.
  let showsSecrets: Bool
  /// Takes each answer, as one line.
  let print: @Sendable (String) -> Void

  /// Makes the call with these requests, of which a method without a stream takes one at most.
  func run(_ requests: RequestTexts) async throws {
    switch method.descriptor.kind {
    case .unary:
      let request = try await single(requests)
      try show(await caller.unary(method.descriptor, request, options: options))
    case .serverStreaming:
      let request = try await single(requests)
      try await caller.serverStream(method.descriptor, request, options: options) { input in
        try await show(input)
      }
    case .clientStreaming, .bidirectional:
      try await caller.stream(method.descriptor, options: options) { output, input in
        try await exchange(requests, output, input)
      }
    }
  }

  private func exchange(
    _ requests: RequestTexts, _ output: OutgoingMessages, _ input: IncomingMessages
  ) async throws {
    try await withThrowingTaskGroup(of: Bool.self) { group in
      group.addTask {
        try await send(requests, to: output)
        return false
      }
      group.addTask {
        try await show(input)
        return true
      }
      while let isAnswered = try await group.next() {
        if isAnswered { group.cancelAll() }
      }
    }
  }

  private func send(_ requests: RequestTexts, to output: OutgoingMessages) async throws {
    var requests = requests
    do {
      while let request = try await requests.next() { try await output.write(bytes(of: request)) }
      output.finish()
    } catch is CancellationError {
      // The call has ended; its answer counts.
    } catch is Status {
      // Likewise: whoever reads the answers learns how.
    }
  }

  private func show(_ input: IncomingMessages) async throws {
    while let bytes = try await input.next() { try show(bytes) }
  }

  private func show(_ bytes: Bytes) throws {
    let printing = JSONPrintingOptions(
      masksSecrets: !showsSecrets, limits: DecodingLimits(bytesMax: bytes.count))
    do {
      print(try method.schema.json(of: bytes, as: method.type.response, options: printing))
    } catch {
      throw Status(
        .internal, "the answer has no JSON as \(method.type.response): \(error)")
    }
  }

  private func single(_ requests: RequestTexts) async throws -> SegmentedBytes {
    var requests = requests
    let objects = try await requests.all()
    guard objects.count <= 1 else {
      throw CommandFailure.usage(
        "\(method.descriptor) takes one request; \(objects.count) are given")
    }
    return try objects.first.map(bytes) ?? SegmentedBytes()
  }

  private func bytes(of object: [UInt8]) throws -> SegmentedBytes {
    do {
      return SegmentedBytes(
        try method.schema.bytes(ofJSON: object, as: method.type.request))
    } catch {
      throw CommandFailure.usage("the request is not a \(method.type.request): \(error)")
    }
  }
}
