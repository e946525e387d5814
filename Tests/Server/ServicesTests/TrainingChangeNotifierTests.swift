import Testing

@testable import Services

struct TrainingChangeNotifierTests {
  private let notifier = ChangeNotifier<String>()

  @Test func `a change before the listener looks is not lost, and several fold into one`() async {
    await notifier.listening(to: "a") { changes in
      for _ in 0..<1_000 { notifier.announce("a") }
      notifier.finish()
      var wakes = 0
      for await _ in changes { wakes += 1 }
      #expect(wakes == 1)
    }
  }

  @Test func `a listener hears only its topic`() async {
    await notifier.listening(to: "a") { changes in
      notifier.announce("b")
      notifier.finish()
      for await _ in changes { Issue.record("woken by another topic") }
    }
  }

  @Test func `who listens after the end hears that it is over`() async {
    notifier.finish()
    await notifier.listening(to: "a") { changes in
      for await _ in changes { Issue.record("woken after the end") }
    }
  }

  @Test func `a cancelled listener stops waiting`() async {
    await withTaskGroup { group in
      group.addTask { [notifier] in
        await notifier.listening(to: "a") { changes in for await _ in changes {} }
      }
      group.cancelAll()
    }
    #expect(notifier.listenerCount(of: "a") == 0)
  }

  @Test func `nothing of a listener stays behind`() async {
    await notifier.listening(to: "a") { _ in #expect(notifier.listenerCount(of: "a") == 1) }
    #expect(notifier.listenerCount(of: "a") == 0)
  }
}
