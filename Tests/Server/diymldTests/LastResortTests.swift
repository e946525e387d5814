import Testing

@testable import diymld

/// Signals are told by hand: real ones would be the whole test program's.
struct LastResortTests {
  @Test func `what does not stop in time is ended`() async {
    let (ends, feed) = AsyncStream.makeStream(of: Void.self)
    let resort = LastResort(on: [], patience: .milliseconds(1)) { feed.yield() }
    resort.received()
    var iterator = ends.makeAsyncIterator()
    #expect(await iterator.next() != nil)
  }

  @Test func `a second signal shortens the time`() async {
    let (ends, feed) = AsyncStream.makeStream(of: Void.self)
    let resort = LastResort(
      on: [], patience: .seconds(3_600), patienceAtOnce: .milliseconds(1)
    ) { feed.yield() }
    resort.received()
    resort.received()
    var iterator = ends.makeAsyncIterator()
    #expect(await iterator.next() != nil)
  }
}
