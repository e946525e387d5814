import Codec
import RPCCore

extension Client {
  /// What happens while attempts of a hedged call are under way.
  private enum HedgingEvent: Sendable {
    case answered(Bytes, ResponseMetadata)
    case failed(Status, ResponseMetadata)
    /// The time for the next attempt has come, unless another time was set since.
    case due(timer: Int)
  }

  /// Makes a unary call, and makes it again beside itself while no answer comes.
  ///
  /// - Throws: the status of the attempt that failed last; `CancellationError`.
  func hedged(
    _ call: OutboundCall, _ request: SegmentedBytes, _ policy: HedgingPolicy
  ) async throws -> Bytes {
    try await withThrowingTaskGroup(of: HedgingEvent.self) { group in
      defer { group.cancelAll() }
      var decision = HedgingDecision(policy)
      var action = HedgingDecision.Action.begin
      var failure = Status(.unavailable, "no attempt was made")
      var timer = 0
      func setTimer(_ wait: Duration) {
        timer += 1
        group.addTask { [timer] in
          try await Task.sleep(for: wait)
          return .due(timer: timer)
        }
      }
      while true {
        switch action {
        case .begin:
          let previous = decision.begun - 1
          if previous > 0 { retries.countRetry() }
          group.addTask { try await self.attempt(call, request, previous: previous) }
          if decision.mayGoOn { setTimer(policy.delay) }
        case .beginAfter(let wait): setTimer(wait)
        case .wait: break
        case .fail: throw failure
        }
        switch try await group.next() {
        case .answered(let response, let metadata):
          retries.succeeded()
          call.show(metadata)
          return response
        case .failed(let status, let metadata):
          failure = status
          call.show(metadata)
          action = decision.failed(
            status, remaining: call.remaining, isAllowed: retries.failedHedge())
        case .due(let due):
          action = due == timer ? decision.delayPassed(isAllowed: retries.allowsRetry) : .wait
        case nil: action = .fail
        }
      }
    }
  }

  /// One attempt, with metadata of its own: several attempts may be answered at once.
  private func attempt(
    _ call: OutboundCall, _ request: SegmentedBytes, previous: Int
  ) async throws -> HedgingEvent {
    let metadata = ResponseMetadata()
    do {
      let response = try await unary(
        call.answered(in: metadata), request, hedgeAfter: previous)
      return .answered(response, metadata)
    } catch let status as Status {
      return .failed(status, metadata)
    }
  }
}

extension OutboundCall {
  /// Shows the caller what the server said beside this answer.
  fileprivate func show(_ metadata: ResponseMetadata) {
    options.response?.head = metadata.head
    options.response?.trailers = metadata.trailers
  }

  /// The same call, of which `metadata` hears what is said beside its answer.
  fileprivate func answered(in metadata: ResponseMetadata) -> OutboundCall {
    var copy = self
    copy.options.response = metadata
    return copy
  }
}
