import Codec
import RPCClient
import RPCCore
import RPCServer
import Testing

/// Clients of servers that come, go, and are several.
@Suite(.timeLimit(.minutes(1)))
struct PoolTests {
  /// An address at which nobody listens, nor ever will.
  private static let dead = Address.unix(path: "/nonexistent/socket")

  // MARK: One address

  @Test(arguments: Ending.allCases)
  func `a client outlives its server and finds the next one`(ending: Ending) async throws {
    try await withTemporaryFolder { folder in
      let address = Address.unix(path: folder + "/s")
      try await withTestClient([address]) { client in
        for number in 0..<3 {
          try await withServer([.answer()], on: address, ending: ending) { _, _ in
            let answer = try await client.ask(
              "\(number)", options: CallOptions(waitForReady: true))
            #expect(answer == "\(number)")
          }
        }
      }
    }
  }

  @Test
  func `a call waits for a server that is started later, if it says so`() async throws {
    try await withTemporaryFolder { folder in
      let address = Address.unix(path: folder + "/s")
      try await withTestClient([address]) { client in
        let status = await #expect(throws: Status.self) { try await client.ask() }
        #expect(status?.code == .unavailable)
        #expect(status?.isUnprocessed == true)
        #expect(status?.message.contains("\(address)") == true)
        try await withThrowingTaskGroup(of: String.self) { group in
          group.addTask {
            try await client.ask("later", options: CallOptions(waitForReady: true))
          }
          // It waits through some attempts.
          try await eventually("three failures") { client.snapshot().targets[0].failures >= 3 }
          try await withServer([.answer()], on: address) { _, _ in
            let answer = try await group.next()
            #expect(answer == "later")
          }
        }
      }
    }
  }

  @Test
  func `a waiting call ends at its deadline, and when it is cancelled or the client closed`()
    async throws
  {
    // A long back-off: a call waits all the time, not between two attempts only.
    let backoff = BackoffPolicy(initial: .seconds(30), maximum: .seconds(30))
    try await withTestClient([Self.dead], { $0.backoff = backoff }) { client in
      let options = CallOptions(timeout: .milliseconds(50), waitForReady: true)
      let late = await #expect(throws: Status.self) { try await client.ask(options: options) }
      #expect(late?.code == .deadlineExceeded)
      #expect(late?.isUnprocessed == true)
      await withThrowingTaskGroup(of: String.self) { group in
        group.addTask { try await client.ask(options: CallOptions(waitForReady: true)) }
        group.cancelAll()
        await #expect(throws: CancellationError.self) { try await group.next() }
      }
      try await withThrowingTaskGroup(of: String.self) { group in
        group.addTask { try await client.ask(options: CallOptions(waitForReady: true)) }
        try await eventually("a waiting call") { client.snapshot().waitingCalls == 1 }
        await client.close()
        let closed = await #expect(throws: Status.self) { try await group.next() }
        #expect(closed?.message == "the client was closed")
      }
    }
  }

  @Test
  func `while an address is left alone, calls fail at once and connecting by hand does not wait`()
    async throws
  {
    try await withTemporaryFolder { folder in
      let address = Address.unix(path: folder + "/s")
      let change: (inout ClientConfiguration) -> Void = {
        $0.backoff = BackoffPolicy(initial: .seconds(600), maximum: .seconds(600))
      }
      try await withTestClient([address], change) { client in
        await #expect(throws: Status.self) { try await client.ask() }
        try await withServer([.answer()], on: address) { _, _ in
          let status = await #expect(throws: Status.self) { try await client.ask() }
          #expect(status?.code == .unavailable)
          #expect(client.snapshot().targets[0].retryIn ?? .zero > .seconds(400))
          try await client.connect()
          #expect(try await client.ask("now") == "now")
        }
      }
    }
  }

  // MARK: Several connections

  @Test
  func `another connection is opened when all are full`() async throws {
    var limits = Limits()
    limits.streamsMax = 4
    let (starts, start) = AsyncStream<Void>.makeStream()
    let hang = Route.answer { item, _ in
      start.yield()
      try await Task.sleep(for: .seconds(60))
      return item
    }
    try await withServer([hang], limits: limits, ending: .killed) { address, _ in
      try await withTestClient([address], { $0.connectionsPerAddressMax = 3 }) { client in
        try await client.connect()
        try await withThrowingTaskGroup(of: Void.self) { group in
          for _ in 0..<12 {
            group.addTask {
              await #expect(throws: CancellationError.self) { try await client.ask() }
            }
          }
          var iterator = starts.makeAsyncIterator()
          for _ in 0..<12 { await iterator.next() }
          try await eventually("three greetings") {
            client.snapshot().connections.count { $0.state == .ready } == 3
          }
          let connections = client.snapshot().connections
          #expect(connections.map(\.openCalls) == [4, 4, 4])
          #expect(connections.map(\.streamsMax) == [4, 4, 4])
          group.cancelAll()
          try await group.waitForAll()
        }
      }
    }
  }

  @Test
  func `calls are spread over addresses, and a dead one costs none of them`() async throws {
    let counters = [Counter(), Counter()]
    let routes = counters.map { counter in
      Route.answer { item, _ in
        counter.next()
        return item
      }
    }
    try await withServer([routes[0]]) { first, _ in
      try await withServer([routes[1]]) { second, _ in
        try await withTestClient([first, Self.dead, second]) { client in
          let answer = try await client.ask("first")
          #expect(answer == "first")
          try await eventually("both connections") {
            client.snapshot().connections.count { $0.state == .ready } == 2
          }
          for _ in 0..<100 { try await client.ask() }
          #expect(counters.allSatisfy { $0.count >= 50 })
          let targets = client.snapshot().targets
          #expect(targets.map { $0.lastError == nil } == [true, false, true])
        }
      }
    }
  }

  @Test(arguments: Balancing.allCases)
  func `a drain under load loses no call while another address serves`(
    balancing: Balancing
  ) async throws {
    try await withServer([.answer()]) { staying, _ in
      try await withServer([.answer()]) { going, server in
        try await withTestClient([going, staying], { $0.balancing = balancing }) { client in
          try await client.connect()
          try await withThrowingTaskGroup(of: Void.self) { group in
            let counter = Counter()
            for caller in 0..<200 {
              group.addTask {
                for number in 0..<20 {
                  let key = "\(caller) \(number)"
                  let answer = try await client.ask(key)
                  #expect(answer == key)
                  counter.next()
                }
              }
            }
            try await eventually("some calls") { counter.count > 500 }
            await server.drain(within: .seconds(10))
            try await group.waitForAll()
            #expect(counter.count == 4_000)
          }
        }
      }
    }
  }

  @Test
  func `a drain and a restart under load lose no call that waits for the next server`()
    async throws
  {
    try await withTemporaryFolder { folder in
      let address = Address.unix(path: folder + "/s")
      try await withTestClient([address]) { client in
        try await withThrowingTaskGroup(of: Void.self) { group in
          let counter = Counter()
          for caller in 0..<200 {
            group.addTask {
              for number in 0..<20 {
                let key = "\(caller) \(number)"
                let answer = try await client.ask(
                  key, Methods.write, options: CallOptions(waitForReady: true))
                #expect(answer == key)
                counter.next()
              }
            }
          }
          for round in 1...3 {
            try await withServer([.answer(Methods.write)], on: address) { _, _ in
              try await eventually("some calls") { counter.count > round * 500 }
            }
          }
          try await withServer([.answer(Methods.write)], on: address) { _, _ in
            try await group.waitForAll()
          }
          #expect(counter.count == 4_000)
        }
      }
    }
  }

  // MARK: Silence

  @Test
  func `an idle connection is closed and made again by the next call`() async throws {
    try await withServer([.answer()]) { address, _ in
      try await withTestClient([address], { $0.idleTimeout = .milliseconds(20) }) { client in
        for _ in 0..<2 {
          try await client.ask()
          try await eventually("the idle close") { client.snapshot().connections.isEmpty }
        }
      }
    }
  }

  @Test
  func `a connection with a call is not idle, and a server that answers pings is alive`()
    async throws
  {
    let slow = Route.answer { item, _ in
      try await Task.sleep(for: .milliseconds(400))
      return item
    }
    try await withServer([slow]) { address, _ in
      let change: (inout ClientConfiguration) -> Void = {
        $0.idleTimeout = .milliseconds(20)
        $0.keepAlive = KeepAlive(interval: .milliseconds(100), timeout: .seconds(10))
      }
      try await withTestClient([address], change) { client in
        let answer = try await client.ask("slow")
        #expect(answer == "slow")
      }
    }
  }

  @Test
  func `a server that says hello and then nothing is given up`() async throws {
    let listener = try RawListener()
    let keepAlive = KeepAlive(interval: .milliseconds(100), timeout: .milliseconds(50))
    try await withTestClient([listener.address], { $0.keepAlive = keepAlive }) { client in
      async let status = #expect(throws: Status.self) { try await client.ask() }
      let socket = try listener.accept()
      socket.sayHello()
      #expect(await status?.code == .unavailable)
      #expect(await status?.isUnprocessed == false)
      #expect(await status?.message.contains("keep-alive") == true)
    }
  }

  // MARK: Handlers that call

  @Test
  func `a handler's deadline and cancellation reach its own calls through the pool`()
    async throws
  {
    let (events, event) = AsyncStream<String>.makeStream()
    let inner = Route.answer { item, context in
      event.yield(context.deadline == nil ? "no deadline" : "deadline")
      do {
        try await Task.sleep(for: .seconds(60))
      } catch {
        event.yield("cancelled")
        throw error
      }
      return item
    }
    try await withServer([inner]) { innerAddress, _ in
      try await withTestClient([innerAddress, Self.dead]) { innerClient in
        let outer = Route.answer(Methods.write) { item, _ in
          Item(key: try await innerClient.ask(item.key))
        }
        try await withServer([outer]) { address, _ in
          try await withTestClient([address]) { client in
            await withThrowingTaskGroup(of: String.self) { group in
              group.addTask {
                try await client.ask("", Methods.write, options: CallOptions(timeout: .seconds(50)))
              }
              var iterator = events.makeAsyncIterator()
              #expect(await iterator.next() == "deadline")
              group.cancelAll()
              await #expect(throws: CancellationError.self) { try await group.next() }
              #expect(await iterator.next() == "cancelled")
            }
          }
        }
      }
    }
  }
}
