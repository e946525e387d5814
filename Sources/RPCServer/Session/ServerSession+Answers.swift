import Codec
import RPCCore

/// What handlers answer, on its way to the client.
extension ServerSession {
  func send(_ bytes: SegmentedBytes, of call: ServerCall) {
    do {
      try sendHead(of: call)
      try connection.send(bytes, on: call.stream)
      call.sent.count(bytes.count)
    } catch {
      stop(call.stream, error)
    }
  }

  private func sendHead(of call: ServerCall) throws(Status) {
    guard !call.hasSentHead else { return }
    call.hasSentHead = true
    guard let head = call.context.responseIfAny?.head, !head.isEmpty else { return }
    try connection.sendHead(head, on: call.stream)
  }

  func returned(_ call: ServerCall, _ outcome: ServerCall.Outcome) {
    guard calls[call.stream] === call else { return }
    let trailers = call.context.responseIfAny?.trailers ?? Metadata()
    switch outcome {
    case .response(let bytes):
      send(bytes, of: call)
      connection.end(call.stream, CallEnding(nil, trailers: trailers))
    case .streamed:
      do {
        try sendHead(of: call)
      } catch {
        stop(call.stream, error)
      }
      connection.end(call.stream, CallEnding(nil, trailers: trailers))
    case .failed(let status):
      connection.end(call.stream, CallEnding(status, trailers: trailers))
    }
    forget(call)
    connection.returned(call.stream)
  }
}
