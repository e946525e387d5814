import RPCCore
@testable import RPCServer
import Testing

struct AdmissionTests {
  private let now = ContinuousClock.now

  private func admission(handlersMax: Int = 2, waitingMax: Int = 3) -> Admission<Int> {
    Admission(name: "a.B/C", handlersMax: handlersMax, waitingMax: waitingMax)
  }

  private func isRun(_ verdict: Admission<Int>.Verdict) -> Bool {
    if case .run = verdict { true } else { false }
  }

  private func refusal(_ verdict: Admission<Int>.Verdict) -> Status? {
    if case .refuse(let status) = verdict { status } else { nil }
  }

  @Test
  func `calls run, then wait, then are refused as unprocessed`() throws {
    var admission = admission()
    for call in 0..<2 { #expect(isRun(admission.arrived(call, deadline: nil, at: now))) }
    for call in 2..<5 {
      #expect(admission.refusal(deadline: nil, at: now) == nil)
      guard case .wait = admission.arrived(call, deadline: nil, at: now) else {
        Issue.record("call \(call) did not wait")
        return
      }
    }
    let early = try #require(admission.refusal(deadline: nil, at: now))
    let status = try #require(refusal(admission.arrived(5, deadline: nil, at: now)))
    #expect(status == early)
    #expect(status.code == .resourceExhausted)
    #expect(status.isUnprocessed)
    #expect(
      status.details.contains(
        .limitExceeded(name: "calls of a.B/C, running and waiting", value: 6, limit: 5)))
    #expect(status.details.contains(.retryAfter(.milliseconds(100))))
  }

  @Test
  func `those that wait run in order, as others return`() {
    var admission = admission()
    for call in 0..<5 { _ = admission.arrived(call, deadline: nil, at: now) }
    #expect((0..<5).map { _ in admission.returned(after: nil) } == [2, 3, 4, nil, nil])
    #expect(admission.running == 0)
  }

  @Test
  func `a call that gives up leaves its place to another`() {
    var admission = admission(handlersMax: 1, waitingMax: 1)
    for call in 0..<2 { _ = admission.arrived(call, deadline: nil, at: now) }
    #expect(admission.withdraw { $0 == 1 })
    #expect(!admission.withdraw { $0 == 1 })
    #expect(!admission.withdraw { $0 == 0 })
    #expect(admission.refusal(deadline: nil, at: now) == nil)
    #expect(admission.returned(after: nil) == nil)
  }

  /// One handler at once that takes 100 ms, two calls waiting: the next one runs after 300 ms.
  @Test(arguments: [(400, true), (399, false)])
  func `a call that would miss its deadline in the queue is refused`(
    milliseconds: Int, isAccepted: Bool
  ) throws {
    var admission = admission(handlersMax: 1, waitingMax: 10)
    _ = admission.arrived(0, deadline: nil, at: now)
    _ = admission.arrived(1, deadline: nil, at: now)
    #expect(admission.returned(after: .milliseconds(100)) == 1)
    for call in 2..<4 { _ = admission.arrived(call, deadline: nil, at: now) }
    let deadline = now + .milliseconds(milliseconds)
    let refusal = admission.refusal(deadline: deadline, at: now)
    #expect((refusal == nil) == isAccepted)
    guard let refusal else { return }
    #expect(refusal.code == .resourceExhausted)
    #expect(refusal.details == [.retryAfter(.milliseconds(300)), .unprocessed])
  }

  @Test
  func `a call that need not wait is not refused, however long others took`() {
    var admission = admission(handlersMax: 1)
    _ = admission.arrived(0, deadline: nil, at: now)
    _ = admission.returned(after: .seconds(100))
    #expect(isRun(admission.arrived(1, deadline: now + .milliseconds(1), at: now)))
  }

  @Test
  func `the estimate follows the latest handlers, an eighth at a time`() {
    var admission = admission()
    for milliseconds in [800, 0] {
      _ = admission.arrived(0, deadline: nil, at: now)
      _ = admission.returned(after: .milliseconds(milliseconds))
    }
    #expect(admission.handlerTime == .milliseconds(700))
  }

  @Test(arguments: [(0.001, 10), (3, 3_000), (100, 10_000)])
  func `what a refused call is told to wait has bounds`(seconds: Double, milliseconds: Int) throws {
    var admission = admission(handlersMax: 1, waitingMax: 0)
    _ = admission.arrived(0, deadline: nil, at: now)
    _ = admission.returned(after: .seconds(seconds))
    _ = admission.arrived(1, deadline: nil, at: now)
    let refusal = try #require(admission.refusal(deadline: nil, at: now))
    #expect(refusal.details.contains(.retryAfter(.milliseconds(milliseconds))))
  }
}
