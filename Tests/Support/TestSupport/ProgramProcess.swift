internal import Foundation
internal import Glibc
internal import Synchronization

/// A program that a test has started, with what it writes.
package final class ProgramProcess: Sendable {
  /// How a process ended.
  package enum Ending: Sendable, Equatable {
    case exited(Int32)
    case signalled(Int32)
  }

  private struct State {
    var output = ""
    var ending: Ending?
    var nextWaiter = 0
    var waiters: [Int: Waiter] = [:]

    func line(with text: String) -> String? {
      output.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
        .first { $0.contains(text) }.map { String($0) }
    }
  }

  private struct Waiter {
    let isDone: @Sendable (State) -> Bool
    let continuation: CheckedContinuation<Void, Never>
  }

  private let process: Process
  private let pipe = Pipe()
  private let state = Mutex(State())

  /// The process's number.
  package var id: Int32 { process.processIdentifier }

  /// Everything it has written to its standard output and error, with that of its children.
  package var output: String { state.withLock { $0.output } }

  /// Runs `body` while the program runs; the program is killed if it still runs afterwards.
  package static func with<R: Sendable>(
    _ program: String, _ arguments: [String], environment: [String: String] = [:],
    _ body: (ProgramProcess) async throws -> R
  ) async throws -> R {
    let running = try ProgramProcess(program, arguments, environment)
    do {
      let result = try await body(running)
      await running.end()
      return result
    } catch {
      await running.end()
      throw error
    }
  }

  private init(_ program: String, _ arguments: [String], _ environment: [String: String]) throws {
    process = Process()
    process.executableURL = URL(filePath: program)
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = pipe
    process.standardError = pipe
    process.terminationHandler = { [weak self] process in
      let ending: Ending =
        process.terminationReason == .exit
        ? .exited(process.terminationStatus) : .signalled(process.terminationStatus)
      self?.change { $0.ending = ending }
    }
    try process.run()
    // Not by a readabilityHandler: libdispatch crashes now and then when its descriptor is closed.
    Thread.detachNewThread { [pipe, weak self] in
      while true {
        let data = pipe.fileHandleForReading.availableData
        if data.isEmpty { return }
        self?.change { $0.output += String(decoding: data, as: UTF8.self) }
      }
    }
  }

  /// Sends a signal, if the process still runs.
  package func signal(_ number: Int32) {
    if state.withLock({ $0.ending == nil }) { _ = kill(id, number) }
  }

  /// Waits until the process has ended; nothing if this task is cancelled before.
  package func ending() async -> Ending? {
    await wait { $0.ending != nil }
    return state.withLock { $0.ending }
  }

  /// Waits for a whole line that holds `text`; nothing if the process ends before it writes one, or
  /// this task is cancelled.
  package func line(with text: String) async -> String? {
    await wait { $0.ending != nil || $0.line(with: text) != nil }
    return state.withLock { $0.line(with: text) }
  }

  /// Kills the process if it still runs and collects it, even in a cancelled task.
  private func end() async {
    signal(SIGKILL)
    await withCheckedContinuation { add(Waiter(isDone: { $0.ending != nil }, continuation: $0)) }
  }

  private func wait(_ isDone: @escaping @Sendable (State) -> Bool) async {
    let number = state.withLock { state in
      state.nextWaiter += 1
      return state.nextWaiter
    }
    await withTaskCancellationHandler {
      await withCheckedContinuation {
        add(Waiter(isDone: isDone, continuation: $0), number, unlessCancelled: true)
      }
    } onCancel: {
      let waiter = state.withLock { $0.waiters.removeValue(forKey: number) }
      waiter?.continuation.resume()
    }
  }

  private func add(_ waiter: Waiter, _ number: Int = 0, unlessCancelled: Bool = false) {
    let isDone = state.withLock { state in
      if waiter.isDone(state) || (unlessCancelled && Task.isCancelled) { return true }
      state.waiters[number] = waiter
      return false
    }
    if isDone { waiter.continuation.resume() }
  }

  private func change(_ body: (inout State) -> Void) {
    let done = state.withLock { state in
      body(&state)
      let done = state.waiters.filter { $0.value.isDone(state) }
      for number in done.keys { state.waiters[number] = nil }
      return done.values.map(\.continuation)
    }
    for continuation in done { continuation.resume() }
  }
}
