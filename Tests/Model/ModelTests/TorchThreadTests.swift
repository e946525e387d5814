import Foundation
import Testing

@testable import Model

struct TorchThreadTests {
  @Test func `everything runs on one thread, in order`() async throws {
    let thread = TorchThread(name: "test", computingThreads: 2)
    let first = try await thread.run { ObjectIdentifier(Thread.current) }
    let second = try await thread.run { ObjectIdentifier(Thread.current) }
    #expect(first == second)
  }

  @Test func `what a closure throws reaches the caller`() async {
    let thread = TorchThread(name: "test", computingThreads: 1)
    await #expect(throws: ModelError.badArgument("no")) {
      try await thread.run { throw ModelError.badArgument("no") }
    }
  }

  @Test func `an actor keeps its tensors on the thread`() async throws {
    actor Keeper {
      let thread: TorchThread
      var tensor: Tensor?
      nonisolated var unownedExecutor: UnownedSerialExecutor {
        thread.asUnownedSerialExecutor()
      }
      init(_ thread: TorchThread) { self.thread = thread }
      func keep(_ value: Float) throws -> ObjectIdentifier {
        tensor = try Tensor([value], shape: [1])
        return ObjectIdentifier(Thread.current)
      }
      func value() throws -> Float? { try tensor?.item() }
    }
    let thread = TorchThread(name: "test", computingThreads: 1)
    let keeper = Keeper(thread)
    let place = try await keeper.keep(3)
    #expect(place == (try await thread.run { ObjectIdentifier(Thread.current) }))
    #expect(try await keeper.value() == 3)
  }

  /// libtorch would give it what any thread asked for last, the first time it computes.
  @Test func `a thread computes with its own number of threads, whatever others ask for`()
    async throws
  {
    let threads = [1, 3, 2].map { TorchThread(name: "test", computingThreads: $0) }
    // Once each has started, all have asked.
    for thread in threads { try await thread.run {} }
    for (thread, wanted) in zip(threads, [1, 3, 2]) {
      let found = try await thread.run {
        let tensor = try Tensor.zeros([300, 300])
        _ = try tensor + tensor
        return Torch.threadCount
      }
      #expect(found == wanted)
    }
  }
}
