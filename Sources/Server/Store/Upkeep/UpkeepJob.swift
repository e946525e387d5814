package import API
internal import Dispatch
internal import Synchronization
internal import Threads

/// What a piece of work on a whole store says while it goes on.
package enum UpkeepEvent: Sendable, Equatable {
  case progress(UpkeepProgress)
  case fault(UpkeepFault)
}

/// A piece of work on a whole store, on threads of its own: it keeps the disk and the processor busy
/// for minutes, and neither Swift's threads nor those of libdispatch may be taken for that long.
final class UpkeepJob: Sendable {
  enum Phase: String {
    case database = "copying the database"
    case databaseCheck = "checking the database"
    case objects = "copying objects"
    case objectCheck = "checking objects"
    case disk = "waiting for the disk"
  }

  /// Threads that look at objects.
  static let threads = 2
  /// Faults that are told one by one; what comes later is only counted.
  static let faultsToldMax: UInt64 = 10_000
  private static let progressInterval = Duration.milliseconds(100)

  private struct State {
    var progress = UpkeepProgress(phase: Phase.database.rawValue)
    var told = ContinuousClock.now - progressInterval
    var faults: UInt64 = 0
    var repaired: UInt64 = 0
  }

  private let state = Mutex(State())
  private let cancellation = CancellationFlag()
  private let report: @Sendable (UpkeepEvent) -> Void

  private init(_ report: @escaping @Sendable (UpkeepEvent) -> Void) { self.report = report }

  /// Runs `body` on a thread of its own; cancelling the task ends it after the object it is at.
  ///
  /// What `interrupted` does ends a statement that `body` waits for.
  static func run<Result: Sendable>(
    _ report: @escaping @Sendable (UpkeepEvent) -> Void,
    interrupting interrupted: @escaping @Sendable () -> Void = {},
    _ body: @escaping @Sendable (UpkeepJob) throws -> Result
  ) async throws -> Result {
    let job = UpkeepJob(report)
    return try await withTaskCancellationHandler {
      try await WorkerThreads(.init(name: "diyml.upkeep")).run { try body(job) }
    } onCancel: {
      job.cancellation.cancel()
      interrupted()
    }
  }

  func checkCancellation() throws { try cancellation.check() }

  /// Hands the 256 outer folders of objects out to two threads, on each of which `work` runs once.
  ///
  /// - Throws: the first error of either, once both have ended.
  func forEachFolder(
    _ work: @escaping @Sendable (_ nextFolder: () throws -> UInt8?) throws -> Void
  ) throws {
    let next = Atomic(0)
    let failure = Mutex<(any Error)?>(nil)
    let done = DispatchSemaphore(value: 0)
    let threads = WorkerThreads(.init(name: "diyml.objects", count: Self.threads))
    for _ in 0..<Self.threads {
      try threads.add {
        defer { done.signal() }
        do {
          try work {
            try self.checkCancellation()
            if failure.withLock({ $0 != nil }) { return nil }
            return UInt8(exactly: next.add(1, ordering: .relaxed).oldValue)
          }
        } catch {
          failure.withLock { $0 = $0 ?? error }
        }
      }
    }
    for _ in 0..<Self.threads { done.wait() }
    if let failure = failure.withLock({ $0 }) { throw failure }
    try checkCancellation()
  }
}

// MARK: - What is told

extension UpkeepJob {
  var faults: UInt64 { state.withLock { $0.faults } }
  var repaired: UInt64 { state.withLock { $0.repaired } }

  func begin(_ phase: Phase, objects: UInt64 = 0, bytes: UInt64 = 0) {
    let progress = UpkeepProgress(
      phase: phase.rawValue, objectsTotal: objects, bytesTotal: bytes)
    state.withLock { state in
      state.progress = progress
      state.told = .now
    }
    report(.progress(progress))
  }

  /// Counts what was done, and tells it if nothing was told for a while.
  func advance(objects: UInt64 = 0, bytes: UInt64 = 0) {
    let progress = state.withLock { state -> UpkeepProgress? in
      state.progress.objectsDone += objects
      state.progress.bytesDone += bytes
      let now = ContinuousClock.now
      guard now - state.told >= Self.progressInterval else { return nil }
      state.told = now
      return state.progress
    }
    if let progress { report(.progress(progress)) }
  }

  func found(_ fault: UpkeepFault) {
    let faults = state.withLock { state in
      state.faults += 1
      if fault.repaired { state.repaired += 1 }
      return state.faults
    }
    if faults <= Self.faultsToldMax { report(.fault(fault)) }
  }
}
