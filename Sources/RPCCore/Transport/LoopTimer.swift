package import NIOCore
import Synchronization

/// Something that is told when a time has come.
package protocol TimerTarget: AnyObject {
  /// `token` is what was given when the timer was set.
  func timerFired(_ token: UInt64, now: ContinuousClock.Instant)
}

/// All deadlines of one event loop, over one scheduled task.
///
/// Used on that loop only.
package final class LoopTimer: @unchecked Sendable {
  fileprivate struct Alarm {
    let target: any TimerTarget
    let token: UInt64
  }

  /// Names a timer that was set.
  package struct Handle {
    fileprivate let inner: TimerQueue<Alarm>.Handle
  }

  package let loop: any EventLoop
  private var queue = TimerQueue<Alarm>()
  private var scheduled: (task: Scheduled<Void>, due: ContinuousClock.Instant)?

  package init(loop: any EventLoop) { self.loop = loop }

  /// Tells `target` when `due` has come.
  package func set(
    due: ContinuousClock.Instant, for target: any TimerTarget, token: UInt64
  ) -> Handle {
    let handle = queue.add(Alarm(target: target, token: token), due: due)
    schedule()
    return Handle(inner: handle)
  }

  /// Takes back a timer, if there is one; nothing if its time has come already.
  package func remove(_ handle: inout Handle?) {
    if let set = handle.take() { queue.remove(set.inner) }
  }

  private func schedule() {
    guard let due = queue.firstDue else { return }
    if let scheduled {
      guard due < scheduled.due else { return }
      scheduled.task.cancel()
    }
    let delay = max(.zero, ContinuousClock.now.duration(to: due))
    let task = loop.scheduleTask(in: TimeAmount(delay)) { self.fire() }
    scheduled = (task, due)
  }

  private func fire() {
    scheduled = nil
    let now = ContinuousClock.now
    while let alarm = queue.popDue(at: now) {
      alarm.target.timerFired(alarm.token, now: now)
    }
    schedule()
  }
}

/// The timer of each event loop that a server or client uses.
package final class LoopTimers: Sendable {
  private let timers = Mutex<[ObjectIdentifier: LoopTimer]>([:])

  package init() {}

  /// The loop's timer, the same one each time; from any thread.
  package func timer(of loop: any EventLoop) -> LoopTimer {
    timers.withLock { timers in
      if let timer = timers[ObjectIdentifier(loop)] { return timer }
      let timer = LoopTimer(loop: loop)
      timers[ObjectIdentifier(loop)] = timer
      return timer
    }
  }
}
