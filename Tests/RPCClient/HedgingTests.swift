import Codec
import RPCCore
import Synchronization
import Testing

@testable import RPCClient

/// Calls that are made a second time while the first is under way.
@Suite(.timeLimit(.minutes(1)))
struct HedgingTests {
  private static let broken = Status(.unavailable, "broken")

  private static func policy(attempts: Int = 2, delay: Duration = .milliseconds(5)) -> HedgingPolicy
  {
    var policy = HedgingPolicy(delay: delay)
    policy.attemptsMax = attempts
    return policy
  }

  // MARK: What to do, without a clock

  @Test(arguments: 2...5)
  func `attempts begin with each delay up to their number`(attempts: Int) {
    var decision = HedgingDecision(Self.policy(attempts: attempts))
    for begun in 2...attempts {
      #expect(decision.mayGoOn)
      #expect(decision.delayPassed(isAllowed: true) == .begin)
      #expect(decision.begun == begun)
    }
    #expect(!decision.mayGoOn)
    #expect(decision.delayPassed(isAllowed: true) == .wait)
  }

  @Test
  func `a failure that may pass begins the next attempt, any other ends the call`() {
    var decision = HedgingDecision(Self.policy(attempts: 3))
    #expect(decision.failed(Self.broken, remaining: nil, isAllowed: true) == .begin)
    #expect(decision.delayPassed(isAllowed: true) == .begin)
    #expect(decision.failed(Self.broken, remaining: nil, isAllowed: true) == .wait)
    #expect(decision.failed(Self.broken, remaining: nil, isAllowed: true) == .fail)
    var other = HedgingDecision(Self.policy(attempts: 3))
    let fatal = Status(.invalidArgument, "no")
    #expect(other.failed(fatal, remaining: nil, isAllowed: true) == .fail)
    var unseen = HedgingDecision(Self.policy())
    let refused = Status(.resourceExhausted, "no", details: [.unprocessed])
    #expect(unseen.failed(refused, remaining: nil, isAllowed: true) == .begin)
  }

  @Test
  func `without budget no attempt begins, and the last failure ends the call`() {
    var decision = HedgingDecision(Self.policy())
    #expect(decision.delayPassed(isAllowed: false) == .wait)
    #expect(decision.failed(Self.broken, remaining: nil, isAllowed: false) == .fail)
  }

  @Test(
    arguments: [
      (Duration.seconds(30), nil, HedgingDecision.Action.beginAfter(.seconds(30))),
      (.seconds(31), nil, .fail), (.seconds(2), .seconds(2), .beginAfter(.seconds(2))),
      (.seconds(3), .seconds(2), .fail),
    ] as [(Duration, Duration?, HedgingDecision.Action)])
  func `a server says when the next attempt may begin`(
    asked: Duration, remaining: Duration?, action: HedgingDecision.Action
  ) {
    var decision = HedgingDecision(Self.policy())
    let status = Status(.unavailable, "later", details: [.retryAfter(asked)])
    #expect(decision.failed(status, remaining: remaining, isAllowed: true) == action)
  }

  // MARK: Over a socket

  /// A client of a method whose attempts are answered by `handler`, which is told their number.
  private func run<R: Sendable>(
    _ policy: HedgingPolicy?, of method: MethodDescriptor = Methods.read,
    handler: @escaping @Sendable (Int, Item, ServerContext) async throws -> Item,
    _ body: (Client, Counter) async throws -> R
  ) async throws -> R {
    let attempts = Counter()
    let route = Route.answer(method) { item, context in
      try await handler(attempts.next(), item, context)
    }
    return try await withServer([route], ending: .killed) { address, _ in
      try await withTestClient([address], { $0.hedgingPolicies[method.path] = policy }) { client in
        try await body(client, attempts)
      }
    }
  }

  @Test
  func `the second attempt answers for a first one that hangs, which is cancelled`() async throws {
    let (cancellations, cancelled) = AsyncStream<Void>.makeStream()
    try await run(Self.policy()) { number, item, context in
      context.response.trailers["attempt"] = "\(number)"
      guard number == 0 else { return item }
      do {
        try await Task.sleep(for: .seconds(60))
      } catch {
        cancelled.yield()
        throw error
      }
      return item
    } _: { client, attempts in
      let response = ResponseMetadata()
      let answer = try await client.ask("it", options: CallOptions(response: response))
      #expect(answer == "it")
      #expect(response.trailers["attempt"] == "1")
      #expect(attempts.count == 2)
      #expect(client.snapshot().retries == 1)
      var iterator = cancellations.makeAsyncIterator()
      await iterator.next()
    }
  }

  @Test
  func `failures that may pass begin the next attempt before its time`() async throws {
    let policy = Self.policy(attempts: 3, delay: .seconds(600))
    try await run(policy) { number, item, context in
      guard number == 2 else { throw Self.broken }
      return Item(key: context.metadata["diyml-previous-attempts"] ?? "none")
    } _: { client, attempts in
      let answer = try await client.ask("it")
      #expect(answer == "2")
      #expect(attempts.count == 3)
    }
  }

  @Test
  func `the last failure is the call's, and takes from the budget of all`() async throws {
    let policy = Self.policy(attempts: 3, delay: .seconds(600))
    try await run(policy) { _, _, _ in
      throw Self.broken
    } _: { client, attempts in
      await #expect(throws: Self.broken) { try await client.ask("it") }
      #expect(attempts.count == 3)
      // 7 of 10 tokens are left; at 5 there are no more hedges.
      await #expect(throws: Self.broken) { try await client.ask("it") }
      #expect(attempts.count == 5)
      await #expect(throws: Self.broken) { try await client.ask("it") }
      #expect(attempts.count == 6)
    }
  }

  @Test(arguments: [nil, "key"])
  func `a method that changes something is hedged with an idempotency key only`(
    key: String?
  ) async throws {
    let policy = Self.policy(delay: .zero)
    try await run(policy, of: Methods.write) { number, item, _ in
      // Long enough for a second attempt to begin, which with a key is the one that answers.
      if number == 0 { try await Task.sleep(for: key == nil ? .milliseconds(200) : .seconds(60)) }
      return item
    } _: { client, attempts in
      let options = CallOptions(timeout: .seconds(50), idempotencyKey: key)
      let answer = try await client.ask("it", Methods.write, options: options)
      #expect(answer == "it")
      #expect(attempts.count == (key == nil ? 1 : 2))
    }
  }

  @Test
  func `no method is hedged without a policy, and a cancelled call begins no more attempts`()
    async throws
  {
    for policy in [nil, Self.policy(attempts: 5, delay: .seconds(600))] {
      let (starts, started) = AsyncStream<Void>.makeStream()
      try await run(policy) { _, item, _ in
        started.yield()
        try await Task.sleep(for: .seconds(60))
        return item
      } _: { client, attempts in
        await withThrowingTaskGroup(of: Void.self) { group in
          group.addTask { _ = try await client.ask("it") }
          var iterator = starts.makeAsyncIterator()
          await iterator.next()
          group.cancelAll()
          await #expect(throws: CancellationError.self) { try await group.next() }
        }
        #expect(attempts.count == 1)
      }
    }
  }
}
