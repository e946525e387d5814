import Foundation
public import Logging
import Synchronization
import Threads

/// A file to which spans are added, one line of JSON each, on a thread of its own.
///
/// Several programs may add to the same file: each line is one write.
public final class SpanFile: Sendable {
  /// Spans that may wait to be written; beyond them, spans are dropped, and their number logged.
  static let waitingMax = 10_000

  private struct State {
    var waiting = 0
    var dropped = 0
    var hasFailed = false
  }

  private let handle: FileHandle
  private let service: String
  private let logger: Logger
  private let worker = WorkerThreads(.init(name: "diyml.spans"))
  private let state = Mutex(State())

  /// Opens a file, or makes it, for nobody but its owner.
  ///
  /// - Parameters:
  ///   - path: where the file is.
  ///   - service: the program's name, in each line.
  ///   - logger: hears of spans that could not be written.
  /// - Throws: if the file cannot be opened.
  public init(path: String, service: String, logger: Logger) throws {
    let descriptor = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else {
      throw CocoaError(
        .fileWriteUnknown,
        userInfo: [NSFilePathErrorKey: path, "reason": String(cString: strerror(errno))])
    }
    handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    self.service = service
    self.logger = logger
  }

  /// Adds a span, soon; waits for nothing.
  public func write(_ span: FinishedSpan) {
    let isTaken = state.withLock { state in
      guard state.waiting < Self.waitingMax else {
        state.dropped += 1
        return false
      }
      state.waiting += 1
      return true
    }
    guard isTaken else { return }
    enqueue { [self] in add(span.json(service: service) + "\n") }
  }

  /// Returns when all that was written before is in the file.
  public func flush() async {
    await withCheckedContinuation { continuation in enqueue { continuation.resume() } }
  }

  private func enqueue(_ work: @escaping @Sendable () -> Void) {
    do {
      try worker.add(work)
    } catch {
      preconditionFailure("the thread of spans takes no work: \(error)")
    }
  }

  private func add(_ line: String) {
    var failure: (any Error)?
    do {
      try handle.write(contentsOf: Data(line.utf8))
    } catch {
      failure = error
    }
    let (dropped, isNews) = state.withLock { state in
      state.waiting -= 1
      defer {
        state.dropped = 0
        state.hasFailed = failure != nil
      }
      return (state.dropped, failure != nil && !state.hasFailed)
    }
    if dropped > 0 { logger.warning("\(dropped) spans came too fast and were dropped") }
    if let failure, isNews { logger.error("cannot write spans: \(failure)") }
  }
}
