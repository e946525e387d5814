import Codec
import RPCClient
import RPCCore
import RPCServer
import Synchronization
import Testing

/// Calls that fail, over a socket.
@Suite(.timeLimit(.minutes(1)))
struct RetryTests {
  private static let gone = Status(.unavailable, "gone")

  private static func policy(_ configuration: inout ClientConfiguration) {
    var policy = RetryPolicy()
    policy.backoff = BackoffPolicy(initial: .milliseconds(2), maximum: .milliseconds(5))
    configuration.retryPolicy = policy
  }

  /// A client of a method that fails `failures` times, by `status`; what each attempt was told of
  /// those before it.
  private func run(
    _ method: MethodDescriptor = Methods.read, failures: Int = 2, status: Status = gone,
    options: CallOptions = CallOptions(),
    _ change: (inout ClientConfiguration) -> Void = policy
  ) async throws -> (answer: Result<String, any Error>, previous: [String], retries: Int) {
    let attempts = Mutex<[String]>([])
    let route = Route.answer(method) { item, context in
      let number = attempts.withLock { attempts in
        attempts.append(context.metadata["diyml-previous-attempts"] ?? "none")
        return attempts.count
      }
      if number <= failures { throw status }
      return item
    }
    return try await withServer([route]) { address, _ in
      try await withTestClient([address], change) { client in
        let answer: Result<String, any Error>
        do {
          answer = .success(try await client.ask("it", method, options: options))
        } catch {
          answer = .failure(error)
        }
        return (answer, attempts.withLock { $0 }, client.snapshot().retries)
      }
    }
  }

  // MARK: Which calls

  @Test
  func `a method without side effects is retried, and told how often`() async throws {
    let (answer, previous, retries) = try await run()
    #expect(try answer.get() == "it")
    #expect(previous == ["none", "1", "2"])
    #expect(retries == 2)
  }

  @Test
  func `nothing that was processed is retried without a policy`() async throws {
    let (answer, previous, retries) = try await run { _ in }
    #expect(throws: Self.gone) { try answer.get() }
    #expect(previous == ["none"])
    #expect(retries == 0)
  }

  @Test(arguments: [nil, "key"])
  func `a method that changes something is retried with an idempotency key only`(
    key: String?
  ) async throws {
    let (answer, previous, _) = try await run(
      Methods.write, options: CallOptions(idempotencyKey: key))
    if key == nil {
      #expect(throws: Self.gone) { try answer.get() }
      #expect(previous == ["none"])
    } else {
      #expect(try answer.get() == "it")
      #expect(previous == ["none", "1", "2"])
    }
  }

  @Test
  func `a call that was not processed is tried again once without a policy`() async throws {
    let status = Status(.unavailable, "no", details: [.unprocessed])
    let (answer, previous, _) = try await run(Methods.write, failures: 1, status: status) { _ in }
    #expect(try answer.get() == "it")
    #expect(previous == ["none", "1"])
    let (failure, again, _) = try await run(Methods.write, failures: 2, status: status) { _ in }
    #expect(throws: status) { try failure.get() }
    #expect(again == ["none", "1"])
  }

  @Test
  func `attempts end at the policy's number, and one method has its own`() async throws {
    let (answer, previous, _) = try await run(failures: 9)
    #expect(throws: Self.gone) { try answer.get() }
    #expect(previous.count == 4)
    let (_, own, _) = try await run(failures: 9) {
      Self.policy(&$0)
      var policy = RetryPolicy()
      policy.attemptsMax = 2
      $0.retryPolicies[Methods.read.path] = policy
    }
    #expect(own.count == 2)
  }

  // MARK: What limits them

  @Test
  func `the budget ends the retries of all calls, and successes bring them back`() async throws {
    let isBroken = Atomic(true)
    let attempts = Counter()
    let route = Route.answer { item, _ in
      attempts.next()
      if isBroken.load(ordering: .relaxed) { throw Self.gone }
      return item
    }
    try await withServer([route]) { address, _ in
      try await withTestClient([address], Self.policy) { client in
        // 4 attempts leave 6 of 10 tokens; the next failure leaves 5, which is not more than half.
        for expected in [4, 5, 6, 7] {
          await #expect(throws: Self.gone) { try await client.ask() }
          #expect(attempts.count == expected)
        }
        #expect(client.snapshot().retryTokens == 3)
        isBroken.store(false, ordering: .relaxed)
        for _ in 0..<30 { try await client.ask() }
        #expect(client.snapshot().retryTokens == 6)
        isBroken.store(true, ordering: .relaxed)
        await #expect(throws: Self.gone) { try await client.ask() }
        #expect(attempts.count == 7 + 30 + 1)
        isBroken.store(false, ordering: .relaxed)
        for _ in 0..<20 { try await client.ask() }
        isBroken.store(true, ordering: .relaxed)
        await #expect(throws: Self.gone) { try await client.ask() }
        #expect(attempts.count == 38 + 20 + 2)
      }
    }
  }

  @Test(arguments: [150, 0])
  func `the server's wait is kept`(milliseconds: Int) async throws {
    let wait = Duration.milliseconds(milliseconds)
    let start = ContinuousClock.now
    let status = Status(.unavailable, "busy", details: [.retryAfter(wait)])
    let (answer, previous, _) = try await run(failures: 2, status: status) {
      var policy = RetryPolicy()
      // Longer than the test: if it counted, the time limit would end the test.
      policy.backoff = BackoffPolicy(initial: .seconds(600), maximum: .seconds(600))
      $0.retryPolicy = policy
    }
    #expect(try answer.get() == "it")
    #expect(previous.count == 3)
    #expect(ContinuousClock.now - start >= wait * 2)
  }

  @Test
  func `no attempt is begun that could not end in time`() async throws {
    let start = ContinuousClock.now
    let (answer, previous, _) = try await run(
      failures: 9, options: CallOptions(timeout: .seconds(20))
    ) {
      var policy = RetryPolicy()
      policy.backoff = BackoffPolicy(initial: .seconds(600), maximum: .seconds(600))
      $0.retryPolicy = policy
    }
    #expect(throws: Self.gone) { try answer.get() }
    #expect(previous.count == 1)
    #expect(ContinuousClock.now - start < .seconds(15))
  }

  @Test
  func `a retry takes only what is left of the time`() async throws {
    let deadlines = Mutex<[Duration]>([])
    let route = Route.answer { _, context in
      let left = context.deadline.map { ContinuousClock.now.duration(to: $0) }
      deadlines.withLock { $0.append(left ?? .zero) }
      throw Self.gone
    }
    try await withServer([route]) { address, _ in
      try await withTestClient(
        [address],
        {
          var policy = RetryPolicy()
          policy.backoff = BackoffPolicy(
            initial: .milliseconds(100), multiplier: 1, jitter: 0, maximum: .milliseconds(100))
          $0.retryPolicy = policy
        },
        { client in
          _ = await #expect(throws: Self.gone) {
            try await client.ask(options: CallOptions(timeout: .seconds(20)))
          }
        })
    }
    let left = deadlines.withLock { $0 }
    #expect(left.count == 4)
    for (earlier, later) in zip(left, left.dropFirst()) {
      #expect(earlier - later >= .milliseconds(95))
    }
  }

  @Test
  func `a call that dies with its server is tried again at the next one`() async throws {
    try await withTemporaryFolder { folder in
      let address = Address.unix(path: folder + "/s")
      try await withTestClient([address], Self.policy) { client in
        try await withThrowingTaskGroup(of: String.self) { group in
          let (starts, start) = AsyncStream<Void>.makeStream()
          let hang = Route.answer { item, _ in
            start.yield()
            // Not stopped by the server's end, so that the call is lost and not answered.
            await withCheckedContinuation { $0.resume() }
            try await Task.sleep(for: .seconds(60))
            return item
          }
          try await withServer([hang], on: address, ending: .killed) { _, _ in
            group.addTask {
              try await client.ask("again", options: CallOptions(waitForReady: true))
            }
            var iterator = starts.makeAsyncIterator()
            await iterator.next()
          }
          try await withServer([.answer()], on: address) { _, _ in
            let answer = try await group.next()
            #expect(answer == "again")
          }
        }
        #expect(client.snapshot().retries >= 1)
      }
    }
  }

  // MARK: Streams

  private func watch(
    _ client: Client, options: CallOptions = CallOptions(),
    _ onResponse: @Sendable () -> Void = {}
  ) async throws -> [String] {
    try await client.serverStreaming(Methods.watch, Item(key: "it"), options: options) {
      (responses: MessageStream<Item>) in
      var keys: [String] = []
      for try await response in responses {
        keys.append(response.key)
        onResponse()
      }
      return keys
    }
  }

  @Test(arguments: [true, false])
  func `a server stream is retried before its first response and not after it`(
    isRetried: Bool
  ) async throws {
    let attempts = Counter()
    let (readings, reading) = AsyncStream<Void>.makeStream()
    let route = Route.serverStreaming(Methods.watch) {
      (item: Item, writer: MessageWriter<Item>, context) in
      let attempt = attempts.next()
      if isRetried, attempt < 2 { throw Self.gone }
      for number in 0..<3 { try await writer.write(Item(key: "\(item.key) \(attempt) \(number)")) }
      guard !isRetried else { return }
      var iterator = readings.makeAsyncIterator()
      await iterator.next()
      throw Self.gone
    }
    try await withServer([route]) { address, _ in
      try await withTestClient([address], Self.policy) { client in
        if isRetried {
          let keys = try await watch(client)
          #expect(keys == ["it 2 0", "it 2 1", "it 2 2"])
          #expect(attempts.count == 3)
        } else {
          await #expect(throws: Self.gone) {
            try await watch(client) { reading.yield() }
          }
          #expect(attempts.count == 1)
        }
      }
    }
  }

  @Test
  func `a server stream that failed for good stays failed for its reader`() async throws {
    let attempts = Counter()
    let route = Route.serverStreaming(Methods.watch) {
      (_: Item, _: MessageWriter<Item>, _) in
      attempts.next()
      throw Self.gone
    }
    try await withServer([route]) { address, _ in
      try await withTestClient([address], Self.policy) { client in
        try await client.serverStreaming(Methods.watch, Item()) {
          (responses: MessageStream<Item>) in
          var iterator = responses.makeAsyncIterator()
          for _ in 0..<3 {
            await #expect(throws: Self.gone) { try await iterator.next() }
          }
        }
        #expect(attempts.count == 4)
      }
    }
  }

  @Test
  func `a server stream of a draining server goes to the next one`() async throws {
    let route = Route.serverStreaming(Methods.watch) {
      (item: Item, writer: MessageWriter<Item>, _) in
      try await writer.write(item)
    }
    try await withTemporaryFolder { folder in
      let address = Address.unix(path: folder + "/s")
      try await withTestClient([address]) { client in
        let options = CallOptions(waitForReady: true)
        for _ in 0..<3 {
          try await withServer([route], on: address) { _, _ in
            let answer = try await watch(client, options: options)
            #expect(answer == ["it"])
          }
        }
      }
    }
  }

  @Test
  func `a stream of requests is not retried`() async throws {
    let attempts = Counter()
    let route = Route.clientStreaming(Methods.collect) { (_: MessageStream<Item>, _) -> Item in
      attempts.next()
      throw Self.gone
    }
    try await withServer([route]) { address, _ in
      try await withTestClient([address], Self.policy) { client in
        await #expect(throws: Self.gone) {
          let _: Item = try await client.clientStreaming(Methods.collect) {
            (writer: MessageWriter<Item>) in
            try await writer.write(Item())
          }
        }
        #expect(attempts.count == 1)
      }
    }
  }
}
