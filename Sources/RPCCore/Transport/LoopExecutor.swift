package import NIOCore

/// Runs tasks on the thread of an event loop: what they ask of a connection of that loop, and its
/// answers, then cost no change of thread.
///
/// What a task does between two waits holds up the loop's connections.
package final class LoopExecutor: TaskExecutor, @unchecked Sendable {
  /// Jobs that are run before the loop's other work gets its turn.
  private static let jobsInTurnMax = 512

  package let loop: any EventLoop
  // Used on the loop only.
  private var jobs: [UnownedJob] = []
  private var isScheduled = false

  package init(loop: any EventLoop) { self.loop = loop }

  /// Runs a job soon, from any thread; from the loop's own, after what the loop is doing now.
  package func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    guard loop.inEventLoop else {
      loop.execute { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
      return
    }
    jobs.append(job)
    schedule()
  }

  private func schedule() {
    guard !isScheduled else { return }
    isScheduled = true
    loop.execute { self.runJobs() }
  }

  /// Runs what is there, and what that adds.
  private func runJobs() {
    isScheduled = false
    let executor = asUnownedTaskExecutor()
    var done = 0
    while done < min(jobs.count, Self.jobsInTurnMax) {
      let job = jobs[done]
      done += 1
      job.runSynchronously(on: executor)
    }
    if done == jobs.count {
      jobs.removeAll(keepingCapacity: true)
    } else {
      jobs.removeFirst(done)
      schedule()
    }
  }
}
