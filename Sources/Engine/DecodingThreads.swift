internal import Foundation
internal import Images

/// A few OS threads that decode images, with a bound on the memory they use together.
///
/// Decoding blocks and runs native code: it must not hold Swift's cooperative threads. Work is taken
/// in the order it came; work that needs more memory than is free waits, and what comes after waits
/// with it, so that small images cannot keep a large one out.
final class DecodingThreads: Sendable {
  private let queue: DecodingQueue

  init(count: Int, memoryBytesMax: UInt64) {
    let queue = DecodingQueue(memoryBytesMax: memoryBytesMax)
    self.queue = queue
    for index in 0..<max(1, count) {
      let thread = Thread {
        while let work = queue.next() {
          work.perform()
          queue.finished(work)
        }
        endImageThread()
      }
      thread.name = "decode-\(index)"
      thread.stackSize = 1 << 20
      thread.start()
    }
  }

  deinit { queue.close() }

  /// Runs `body` on one of the threads.
  ///
  /// - Parameters:
  ///   - memoryBytes: how much memory `body` is expected to use. More than there is in all counts
  ///     as all there is.
  ///   - body: what to do.
  /// - Returns: what `body` returns.
  /// - Throws: what `body` throws; `CancellationError` when the task was cancelled before its turn.
  func run<Value: Sendable>(
    memoryBytes: UInt64, _ body: @escaping @Sendable () throws -> Value
  ) async throws -> Value {
    try Task.checkCancellation()
    let value: Value = try await withCheckedThrowingContinuation { continuation in
      queue.add(
        DecodingWork(memoryBytes: memoryBytes) {
          continuation.resume(with: Result(catching: body))
        })
    }
    return value
  }
}

private struct DecodingWork: Sendable {
  let memoryBytes: UInt64
  let perform: @Sendable () -> Void
}

/// Work waiting for a thread and for memory.
private final class DecodingQueue: @unchecked Sendable {
  // All of it is touched under `condition` only.
  private let condition = NSCondition()
  private var works: [DecodingWork] = []
  private var memoryBytesFree: UInt64
  private var isClosed = false
  private let memoryBytesMax: UInt64

  init(memoryBytesMax: UInt64) {
    self.memoryBytesMax = memoryBytesMax
    memoryBytesFree = memoryBytesMax
  }

  func add(_ work: DecodingWork) {
    condition.lock()
    defer { condition.unlock() }
    works.append(work)
    condition.signal()
  }

  func close() {
    condition.lock()
    defer { condition.unlock() }
    isClosed = true
    condition.broadcast()
  }

  /// Waits for work whose memory is free; nil once the queue is closed and empty.
  func next() -> DecodingWork? {
    condition.lock()
    defer { condition.unlock() }
    while true {
      if let first = works.first {
        if charge(first) <= memoryBytesFree {
          memoryBytesFree -= charge(first)
          return works.removeFirst()
        }
      } else if isClosed {
        return nil
      }
      condition.wait()
    }
  }

  func finished(_ work: DecodingWork) {
    condition.lock()
    defer { condition.unlock() }
    memoryBytesFree += charge(work)
    condition.broadcast()
  }

  private func charge(_ work: DecodingWork) -> UInt64 { min(work.memoryBytes, memoryBytesMax) }
}
