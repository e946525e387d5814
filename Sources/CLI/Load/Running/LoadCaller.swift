import CommandLineKit
import Foundation
import RPCCore

/// One of the callers that share a connection: makes one call after the other.
struct LoadCaller: Sendable {
  let plan: LoadPlan
  let schedule: Schedule?
  let choice: MethodChoice
  let lane: Lane
  let clock: RunClock
  let recorder: Recorder
  let runner: CallRunner

  /// The pause after a call that found no server, where no schedule sets the pace.
  private static let pauseWithoutServer = Duration.milliseconds(20)

  /// Makes calls until there is no more leave or this task is cancelled.
  func run() async {
    while case .call(let number) = await lane.next() {
      let call = number * plan.connections + lane.index
      let began = clock.elapsed()
      // Where there is a schedule, waiting for a free caller is part of the latency.
      let intended = schedule?.offset(ofCall: call) ?? began
      // What the warm-up left undone would only delay what is measured.
      if intended < clock.warmUpEnd, began >= clock.warmUpEnd { continue }
      let method = choice.index(ofCall: UInt64(call))
      let outcome = await outcome(of: plan.entries[method])
      let latency = clock.elapsed() - intended
      if intended < clock.warmUpEnd {
        recorder.recordWarmUp(outcome)
      } else {
        recorder.record(
          outcome, method: method, latency: latency,
          delay: schedule == nil ? nil : began - intended)
      }
      guard await goesOn(after: outcome) else { return }
    }
  }

  private func outcome(of entry: LoadPlan.Entry) async -> Outcome {
    do {
      return .succeeded(try await runner.call(entry))
    } catch let status as Status {
      return .failed(status)
    } catch is CancellationError {
      return .unfinished
    } catch {
      return .failed(Status(.unknown, "\(error)"))
    }
  }

  private func goesOn(after outcome: Outcome) async -> Bool {
    guard schedule == nil, case .failed(let status) = outcome, status.code == .unavailable else {
      return !Task.isCancelled
    }
    do {
      try await Task.sleep(for: Self.pauseWithoutServer)
      return true
    } catch {
      return false
    }
  }
}
