import Testing
import Waiting

@Suite(.timeLimit(.minutes(1)))
struct OneShotSignalTests {
  @Test func `it opens with the last arrival, or by force, and stays open`() async {
    let signal = OneShotSignal(after: 2)
    signal.arrive()
    #expect(!signal.isOpen)
    await withDiscardingTaskGroup { group in
      for _ in 0..<3 { group.addTask { await signal.wait() } }
      signal.arrive()
    }
    #expect(signal.isOpen)
    await signal.wait()
    let forced = OneShotSignal(after: 5)
    forced.open()
    forced.arrive()
    #expect(forced.isOpen)
    #expect(OneShotSignal(after: 0).isOpen)
  }

  @Test func `a cancelled task waits no longer, unless it says so`() async {
    let signal = OneShotSignal()
    await withTaskGroup(of: Bool.self) { group in
      group.addTask {
        await signal.wait()
        return signal.isOpen
      }
      group.cancelAll()
      #expect(await group.next() == false)
      group.addTask {
        await signal.wait(ignoresCancellation: true)
        return signal.isOpen
      }
      signal.open()
      #expect(await group.next() == true)
    }
  }
}
