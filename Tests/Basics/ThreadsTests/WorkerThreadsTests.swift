import Dispatch
import Foundation
import TestSupport
import Testing
import Threads

@Suite(.timeLimit(.minutes(1)))
struct WorkerThreadsTests {
  private func threads(
    _ change: (inout WorkerThreads.Configuration) -> Void = { _ in }
  ) -> WorkerThreads {
    var configuration = WorkerThreads.Configuration(name: "test")
    change(&configuration)
    return WorkerThreads(configuration)
  }

  /// Work that says when it runs, and waits to be let go.
  private final class Gate: Sendable {
    let begun = DispatchSemaphore(value: 0)
    let end = DispatchSemaphore(value: 0)

    func pass() {
      begun.signal()
      end.wait()
    }

    /// Not on one of Swift's threads.
    func untilBegun() async {
      await withCheckedContinuation { continuation in
        Thread {
          self.begun.wait()
          continuation.resume()
        }.start()
      }
    }
  }

  @Test func `work is done on one thread in its order, and its result and error come back`()
    async throws
  {
    let threads = threads()
    let order = SharedState<[Int]>([])
    for number in 0..<50 { try threads.add { order.change { $0.append(number) } } }
    let first = try await threads.run { ObjectIdentifier(Thread.current) }
    #expect(order.value == Array(0..<50))
    #expect(try await threads.run { ObjectIdentifier(Thread.current) } == first)
    struct No: Error {}
    await #expect(throws: No.self) { try await threads.run { throw No() } }
  }

  @Test func `as much work runs at once as there are threads`() async throws {
    let threads = threads { $0.count = 3 }
    let gate = Gate()
    for _ in 0..<4 { try threads.add { gate.pass() } }
    for _ in 0..<3 { await gate.untilBegun() }
    #expect(gate.begun.wait(timeout: .now() + .milliseconds(50)) == .timedOut)
    for _ in 0..<4 { gate.end.signal() }
    await gate.untilBegun()
  }

  @Test func `past the bound of what may wait the next is refused`() async throws {
    let threads = threads { $0.waitingMax = 2 }
    let gate = Gate()
    for _ in 0..<3 { try threads.add { gate.pass() } }
    await gate.untilBegun()
    #expect(threads.waitingCount == 2)
    #expect(throws: WorkerThreads.Refused.busy(waiting: 2, limit: 2)) { try threads.add {} }
    await #expect(throws: WorkerThreads.Refused.busy(waiting: 2, limit: 2)) {
      try await threads.run {}
    }
    for _ in 0..<3 { gate.end.signal() }
    while threads.waitingCount > 0 { await Task.yield() }
    try await threads.run {}
  }

  @Test func `work that needs more memory than is free waits, and what comes after it`()
    async throws
  {
    let threads = threads {
      $0.count = 4
      $0.memoryBytesMax = 100
    }
    let (large, larger, small) = (Gate(), Gate(), Gate())
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await threads.run(memoryBytes: 60) { large.pass() } }
      await large.untilBegun()
      // More than there is in all: as all there is.
      group.addTask { try await threads.run(memoryBytes: 1_000) { larger.pass() } }
      while threads.queuedCount < 1 { await Task.yield() }
      group.addTask { try await threads.run(memoryBytes: 1) { small.pass() } }
      while threads.queuedCount < 2 { await Task.yield() }
      #expect(larger.begun.wait(timeout: .now() + .milliseconds(20)) == .timedOut)
      #expect(small.begun.wait(timeout: .now()) == .timedOut)
      large.end.signal()
      await larger.untilBegun()
      #expect(small.begun.wait(timeout: .now() + .milliseconds(20)) == .timedOut)
      larger.end.signal()
      await small.untilBegun()
      small.end.signal()
      try await group.waitForAll()
    }
  }

  @Test func `work that was cancelled before its turn is not done`() async throws {
    let threads = threads()
    let gate = Gate()
    try threads.add { gate.pass() }
    await gate.untilBegun()
    let isDone = SharedState(false)
    await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await threads.run { isDone.change { $0 = true } } }
      while threads.queuedCount < 1 { await Task.yield() }
      group.cancelAll()
      await #expect(throws: CancellationError.self) { try await group.next() }
    }
    gate.end.signal()
    try await threads.run {}
    #expect(!isDone.value)
  }

  @Test func `work that runs hears that it was cancelled`() async throws {
    let threads = threads()
    let gate = Gate()
    await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        try await threads.run { check in
          gate.pass()
          try check()
        }
      }
      await gate.untilBegun()
      group.cancelAll()
      gate.end.signal()
      await #expect(throws: CancellationError.self) { try await group.next() }
    }
  }

  @Test func `what came before the end is done, what comes later is refused`() async throws {
    let starts = SharedState(0)
    let ends = DispatchSemaphore(value: 0)
    let threads = threads {
      $0.count = 2
      $0.atEnd = { ends.signal() }
    }
    for _ in 0..<10 { try threads.add { starts.change { $0 += 1 } } }
    threads.close()
    #expect(throws: WorkerThreads.Refused.closed) { try threads.add {} }
    for _ in 0..<2 { #expect(ends.wait(timeout: .now() + .seconds(20)) == .success) }
    #expect(starts.value == 10)
  }

  @Test func `a thread gives way as it is told to, and has a name`() async throws {
    let threads = threads { $0.nice = 7 }
    let (nice, name) = try await threads.run {
      (getpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0), Thread.current.name)
    }
    #expect(nice == 7)
    #expect(name == "test")
  }
}
