import Codec
import RPCCore

/// One call as its connection knows it; used on the event loop once it was opened.
final class ClientCall: @unchecked Sendable {
  /// Where the responses go.
  enum Receiver: Sendable {
    case single(Reply)
    /// The second one is there if the call has a stream of requests.
    case stream(IncomingMessages, OutgoingMessages?)
  }

  let method: MethodDescriptor
  let receiver: Receiver
  let deadline: ContinuousClock.Instant?
  let compresses: Bool
  private let metadata: ResponseMetadata?
  private var response: Bytes?
  /// Whether the call failed before anything of it was written; read by its task after that.
  private(set) var isUnsent = false
  var timer: LoopTimer.Handle?

  init(
    _ method: MethodDescriptor, _ receiver: Receiver, deadline: ContinuousClock.Instant?,
    metadata: ResponseMetadata?, compresses: Bool = false
  ) {
    self.method = method
    self.receiver = receiver
    self.deadline = deadline
    self.compresses = compresses
    self.metadata = metadata
  }

  func received(head: Metadata) { metadata?.head = head }

  /// Takes a response; `false` if there was to be only one.
  ///
  /// A reader that waited for it is added to `woken`.
  func received(_ bytes: Bytes, waking woken: inout [IncomingMessages.Woken]) -> Bool {
    switch receiver {
    case .single:
      guard response == nil else { return false }
      response = bytes
    case .stream(let incoming, _):
      if let reader = incoming.push(bytes) { woken.append(reader) }
    }
    return true
  }

  func sent(bytes: Int) {
    if case .stream(_, let outgoing) = receiver { outgoing?.sent(bytes: bytes) }
  }

  /// Ends the call as the server said.
  func ended(_ ending: CallEnding) {
    metadata?.trailers = ending.trailers
    if let failure = ending.failure {
      fail(failure)
      return
    }
    switch receiver {
    case .single(let reply):
      if let response {
        reply.settle(.success(response))
      } else {
        reply.settle(.failure(Status(.internal, "\(method) ended without a response")))
      }
    case .stream(let incoming, let outgoing):
      incoming.end()
      outgoing?.end(Status(.cancelled, "the server has ended the call"))
    }
  }

  /// Ends a call of which nothing was written.
  func failUnsent(_ message: String) {
    isUnsent = true
    fail(Status.unprocessed(message))
  }

  /// Ends the call by an error: a `Status`, or that the caller was cancelled.
  func fail(_ error: any Error) {
    switch receiver {
    case .single(let reply):
      reply.settle(.failure(error))
    case .stream(let incoming, let outgoing):
      incoming.end(error)
      outgoing?.end(error)
    }
  }
}

/// What calls' tasks, and the client, ask of a session.
enum ClientCommand: Sendable {
  /// Opens a call with its OPEN's payload and, if it is the only one, its request.
  case open(StreamID, ClientCall, Bytes, request: SegmentedBytes?)
  case message(StreamID, SegmentedBytes)
  case finish(StreamID)
  case consumed(StreamID, messages: Int)
  case cancel(StreamID)
  case close
}

/// What a call's streams ask of the session.
struct ClientPort: CallPort {
  let queue: CommandQueue<ClientCommand>

  func send(_ message: SegmentedBytes, on stream: StreamID) {
    queue.push(.message(stream, message))
  }

  func finish(_ stream: StreamID) { queue.push(.finish(stream)) }

  func consumed(messages: Int, on stream: StreamID) {
    queue.push(.consumed(stream, messages: messages))
  }
}
