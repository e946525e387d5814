internal import Foundation
internal import Glibc
internal import Synchronization

/// A few threads for work that blocks or computes for long, which must hold up neither Swift's threads
/// nor an event loop.
///
/// Work is taken in the order it came. Work that needs more memory than is free waits, and what comes
/// after it waits too, so that small work cannot keep large work out. The threads end after `close()`,
/// or when the last reference goes, once the queue is empty.
package final class WorkerThreads: Sendable {
  /// How many there are, and what they take on.
  package struct Configuration: Sendable {
    /// Of each thread, as tools of the system show it.
    package var name: String
    package var count: Int
    /// How much the threads give way to others, up to 19; nothing leaves it as it is.
    ///
    /// On Linux it belongs to the calling thread. If it is refused, nobody is given way to.
    package var nice: Int32?
    package var stackBytes = 1 << 20
    /// Work that may wait while all threads are busy.
    package var waitingMax = Int.max
    /// What work that runs at the same time may need together.
    package var memoryBytesMax = UInt64.max
    /// Called on each thread before its first work, and after its last.
    package var atStart: @Sendable () -> Void = {}
    package var atEnd: @Sendable () -> Void = {}

    package init(name: String, count: Int = 1, nice: Int32? = nil) {
      self.name = name
      self.count = count
      self.nice = nice
    }
  }

  /// Why work was not taken on.
  package enum Refused: Error, Equatable {
    case busy(waiting: Int, limit: Int)
    case closed
  }

  private let queue: WorkQueue

  package init(_ configuration: Configuration) {
    let queue = WorkQueue(configuration)
    self.queue = queue
    for _ in 0..<max(1, configuration.count) {
      let thread = Thread {
        Thread.current.name = configuration.name  // on Linux only the thread itself can be named
        if let nice = configuration.nice {
          _ = setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, nice)
        }
        configuration.atStart()
        while let work = queue.next() {
          work.run()
          queue.finished(work)
        }
        configuration.atEnd()
      }
      thread.stackSize = configuration.stackBytes
      thread.start()
    }
  }

  deinit { queue.close() }

  /// Takes no more work; what was taken on is done.
  package func close() { queue.close() }

  /// How much work waits for a thread now.
  package var waitingCount: Int { queue.waitingCount }

  /// How much work no thread has begun.
  package var queuedCount: Int { queue.queuedCount }

  /// Has work done that nobody waits for.
  package func add(_ body: @escaping @Sendable () -> Void) throws(Refused) {
    try queue.add(Work(memoryBytes: 0, run: body, cancel: body))
  }

  /// Has `body` done and waits for it.
  ///
  /// - Parameters:
  ///   - memoryBytes: how much memory `body` is expected to use. More than there is in all counts
  ///     as all there is.
  ///   - body: what to do. What it is given throws `CancellationError` once the calling task is
  ///     cancelled; for work that takes long.
  /// - Returns: what `body` returns.
  /// - Throws: what `body` throws, `Refused`, and `CancellationError` when the task was cancelled
  ///   before its turn.
  package func run<Value: Sendable>(
    memoryBytes: UInt64 = 0,
    _ body: @escaping @Sendable (_ check: @escaping @Sendable () throws -> Void) throws -> Value
  ) async throws -> Value {
    let cancellation = CancellationFlag()
    let task = OneTimeTask(body)
    return try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        let work = Work(memoryBytes: memoryBytes) {
          continuation.resume(with: Result { try task.perform(cancellation.check) })
        } cancel: {
          continuation.resume(throwing: CancellationError())
        }
        do {
          try queue.add(work)
          cancellation.onCancel { [queue] in queue.cancel(work) }
        } catch {
          continuation.resume(throwing: error)
        }
      }
    } onCancel: {
      cancellation.cancel()
    }
  }

  /// Has `body` done, which does not ask whether anybody still waits.
  package func run<Value: Sendable>(
    memoryBytes: UInt64 = 0, _ body: @escaping @Sendable () throws -> Value
  ) async throws -> Value {
    try await run(memoryBytes: memoryBytes) { (_: @escaping @Sendable () throws -> Void) in
      try body()
    }
  }
}

/// What is to be done once, and let go of before anybody hears that it is done: what it holds, such as
/// a file, is then nobody's but the caller's.
private final class OneTimeTask<Value: Sendable>: Sendable {
  typealias Body = @Sendable (_ check: @escaping @Sendable () throws -> Void) throws -> Value

  private let body: Mutex<Body?>

  init(_ body: @escaping Body) { self.body = Mutex(body) }

  func perform(_ check: @escaping @Sendable () throws -> Void) throws -> Value {
    let body = body.withLock { $0.take() }
    try check()
    guard let body else { preconditionFailure("work was done twice") }
    return try body(check)
  }
}

/// One of them is done: `run` on a thread, or `cancel` instead.
private final class Work: Sendable {
  let memoryBytes: UInt64
  let run: @Sendable () -> Void
  let cancel: @Sendable () -> Void

  init(
    memoryBytes: UInt64, run: @escaping @Sendable () -> Void,
    cancel: @escaping @Sendable () -> Void
  ) {
    self.memoryBytes = memoryBytes
    self.run = run
    self.cancel = cancel
  }
}

/// Work waiting for a thread and for memory.
private final class WorkQueue: @unchecked Sendable {
  // All that changes is touched under `condition` only.
  private let condition = NSCondition()
  private let configuration: WorkerThreads.Configuration
  private var works: [Work] = []
  private var running = 0
  private var memoryBytesFree: UInt64
  private var isClosed = false

  init(_ configuration: WorkerThreads.Configuration) {
    self.configuration = configuration
    memoryBytesFree = configuration.memoryBytesMax
  }

  /// What a thread that is free will take at once does not count as waiting.
  private var waiting: Int { max(0, running + works.count - max(1, configuration.count)) }

  var waitingCount: Int { condition.withLock { waiting } }

  var queuedCount: Int { condition.withLock { works.count } }

  func add(_ work: Work) throws(WorkerThreads.Refused) {
    let refused: WorkerThreads.Refused? = condition.withLock {
      if isClosed { return .closed }
      if running + works.count >= max(1, configuration.count), waiting >= configuration.waitingMax {
        return .busy(waiting: waiting, limit: configuration.waitingMax)
      }
      works.append(work)
      condition.signal()
      return nil
    }
    if let refused { throw refused }
  }

  /// Takes work out that no thread has begun.
  func cancel(_ work: Work) {
    let isOut = condition.withLock {
      guard let place = works.firstIndex(where: { $0 === work }) else { return false }
      works.remove(at: place)
      // What comes next may need less memory.
      condition.broadcast()
      return true
    }
    if isOut { work.cancel() }
  }

  func close() {
    condition.withLock {
      isClosed = true
      condition.broadcast()
    }
  }

  /// Waits for work whose memory is free; nothing once the queue is closed and empty.
  func next() -> Work? {
    condition.withLock {
      while true {
        if let first = works.first {
          if charge(first) <= memoryBytesFree {
            memoryBytesFree -= charge(first)
            running += 1
            return works.removeFirst()
          }
        } else if isClosed {
          return nil
        }
        condition.wait()
      }
    }
  }

  func finished(_ work: Work) {
    condition.withLock {
      running -= 1
      memoryBytesFree += charge(work)
      condition.broadcast()
    }
  }

  private func charge(_ work: Work) -> UInt64 {
    min(work.memoryBytes, configuration.memoryBytesMax)
  }
}
