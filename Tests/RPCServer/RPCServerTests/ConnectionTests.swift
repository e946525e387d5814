import Codec
import Foundation
import NIOCore
import RPCClient
import RPCCore
@testable import RPCServer
import SeededRandom
import Testing

/// Peers that misbehave, connections that end, servers that stop.
@Suite(.timeLimit(.minutes(1)))
struct ConnectionTests {
  typealias Item = Echo.Item
  private static let any = Address.tcp(host: "127.0.0.1", port: 0)

  private func server(_ routes: [Route] = Echo.routes, _ limits: Limits = Limits()) -> Server {
    Server(routes: routes, limits: limits, logger: .silent)
  }

  /// What the server says before it closes, as the frames after its preface.
  private func goAway(in bytes: [UInt8]) throws -> GoAway {
    var reader = FrameReader(payloadBytesMax: 1 << 20)
    reader.append(ByteBuffer(bytes: bytes))
    _ = try reader.preface()
    var last: Frame?
    while let frame = try reader.next() { last = frame }
    let frame = try #require(last)
    #expect(frame.header.type == .goAway)
    return try GoAway(serialized: frame.bytes)
  }

  // MARK: Bad peers

  @Test(arguments: 0..<10 as Range<UInt64>)
  func `garbage closes the connection and hurts no other`(seed: UInt64) async throws {
    var random = SeededGenerator(seed: seed)
    let garbage = (0..<1_000).map { _ in UInt8.random(in: 0...255, using: &random) }
    try await withServer(server(), on: Self.any) { address in
      try await withClient(to: address, logger: .silent) { client in
        try await client.connect()
        let socket = try RawSocket(address)
        socket.send(garbage)
        #expect(try await socket.readToEnd().isEmpty)
        let _: Item = try await client.unary(Echo.unary, Item(key: "a"))
      }
    }
  }

  @Test
  func `garbage after hello is answered by a GOAWAY that says why`() async throws {
    try await withServer(server(), on: Self.any) { address in
      let socket = try RawSocket(address)
      socket.send(try hello() + [0, 0, 0, 0xEE, 0, 0, 0, 0, 0, 0, 0, 0])
      let goAway = try goAway(in: try await socket.readToEnd())
      #expect(goAway.fault.reason == .protocolError)
      #expect(goAway.fault.message.contains("238"))
    }
  }

  @Test
  func `another version is told which one is spoken`() async throws {
    try await withServer(server(), on: Self.any) { address in
      let socket = try RawSocket(address)
      socket.send(Preface.magic + [9, 0])
      let bytes = try await socket.readToEnd()
      #expect(Array(bytes.prefix(6)) == Preface.magic + [1, 0])
      #expect(try goAway(in: bytes).fault.reason == .version)
    }
  }

  @Test(arguments: [0, 3, 6])
  func `a hello that does not come in time closes the connection`(count: Int) async throws {
    var limits = Limits()
    limits.helloTimeout = .seconds(1)
    try await withServer(server(Echo.routes, limits), on: Self.any) { address in
      let socket = try RawSocket(address)
      socket.send(Array(try hello().prefix(count)))
      let bytes = try await socket.readToEnd()
      if count == 6 { #expect(try goAway(in: bytes).fault.reason == .timeout) }
    }
  }

  @Test
  func `an idle connection is closed and the next call makes a new one`() async throws {
    var limits = Limits()
    limits.idleTimeout = .milliseconds(500)
    // Also the time for hello, which a busy machine may take long to send.
    limits.helloTimeout = .seconds(3)
    try await withServer(server(Echo.routes, limits), on: Self.any) { address in
      try await withClient(to: address, logger: .silent) { client in
        for _ in 0..<2 {
          let _: Item = try await client.unary(Echo.unary, Item())
          // A peer that does not answer the PING is closed all the same; by then the client's
          // connection, idle for longer, was closed as well.
          let socket = try RawSocket(address)
          socket.send(try hello())
          #expect(try goAway(in: try await socket.readToEnd()).fault.reason == .timeout)
        }
      }
    }
  }

  @Test(arguments: [true, false])
  func `connections stop at their limit`(isPerAddress: Bool) async throws {
    var limits = Limits()
    if isPerAddress { limits.connectionsPerAddressMax = 2 } else { limits.connectionsMax = 2 }
    try await withServer(server(Echo.routes, limits), on: Self.any) { address in
      try await withClient(to: address, logger: .silent) { first in
        try await first.connect()
        try await withClient(to: address, logger: .silent) { second in
          try await second.connect()
          let socket = try RawSocket(address)
          let goAway = try goAway(in: try await socket.readToEnd())
          #expect(goAway.fault.reason == .tooManyConnections)
          #expect(goAway.fault.message.contains("3 connections"))
          let status = await #expect(throws: Status.self) {
            try await withClient(to: address, logger: .silent) { third in
              let _: Item = try await third.unary(Echo.unary, Item())
            }
          }
          #expect(status?.code == .unavailable)
          #expect(status?.isUnprocessed == true)
        }
      }
    }
  }

  private func hello() throws -> [UInt8] {
    var buffer = ByteBuffer()
    buffer.writePreface(Preface())
    buffer.writeFrameHeader(FrameHeader(.settings, length: 0))
    return Array(buffer.readableBytesView)
  }

  // MARK: Lost connections

  @Test
  func `nobody there is UNAVAILABLE and unprocessed`() async throws {
    try await withClient(to: .tcp(host: "127.0.0.1", port: 1), logger: .silent) { client in
      let connecting = await #expect(throws: Status.self) { try await client.connect() }
      #expect(connecting?.code == .unavailable)
      let status = await #expect(throws: Status.self) {
        let _: Item = try await client.unary(Echo.unary, Item())
      }
      #expect(status?.code == .unavailable)
      #expect(status?.isUnprocessed == true)
    }
  }

  @Test(arguments: [Carrier.tcp, .unix])
  func `a killed connection ends its calls as UNAVAILABLE and the next call reconnects`(
    carrier: Carrier
  ) async throws {
    let hang = MethodDescriptor(service: "t.T", name: "Hang", kind: .unary)
    let (starts, start) = AsyncStream<Void>.makeStream()
    let routes: [Route] = [
      .unary(hang) { (item: Item, _) in
        start.yield()
        try await Task.sleep(for: .seconds(30))
        return item
      }
    ]
    try await withTemporaryFolder { folder in
      let asked = carrier == .unix ? Address.unix(path: folder + "/s") : Self.any
      let first = server(routes)
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await first.run(on: [asked]) }
        let address = try await first.boundAddresses[0]
        try await withClient(to: address, logger: .silent) { client in
          async let failure = failure(of: client, calling: hang)
          var iterator = starts.makeAsyncIterator()
          await iterator.next()
          group.cancelAll()
          try await group.waitForAll()
          let status = await failure
          #expect(status?.code == .unavailable || status?.code == .cancelled)
          #expect(status?.isUnprocessed == false)
          try await withServer(server(), on: address) { _ in
            let _: Item = try await client.unary(Echo.unary, Item())
          }
        }
      }
    }
  }

  @Test
  func `a closed client ends its calls and takes no more`() async throws {
    let hang = MethodDescriptor(service: "t.T", name: "Hang", kind: .unary)
    let (starts, start) = AsyncStream<Void>.makeStream()
    let routes: [Route] = [
      .unary(hang) { (item: Item, _) in
        start.yield()
        try await Task.sleep(for: .seconds(30))
        return item
      }
    ]
    try await withServer(server(routes), on: Self.any) { address in
      let client = Client(to: address, logger: .silent)
      async let failure = failure(of: client, calling: hang)
      var iterator = starts.makeAsyncIterator()
      await iterator.next()
      await client.close()
      let status = await failure
      #expect(status?.code == .unavailable)
      let refused = await #expect(throws: Status.self) {
        let _: Item = try await client.unary(hang, Item())
      }
      #expect(refused?.isUnprocessed == true)
      await client.close()
    }
  }

  private func failure(of client: Client, calling method: MethodDescriptor) async -> Status? {
    await #expect(throws: Status.self) {
      let _: Item = try await client.unary(method, Item())
    }
  }

  // MARK: Stopping

  @Test
  func `a drain loses no call`() async throws {
    let server = server()
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await server.run(on: [Self.any]) }
      let address = try await server.boundAddresses[0]
      let counts = try await withThrowingTaskGroup(of: (Int, Int).self) { callers in
        let (progress, report) = AsyncStream<Void>.makeStream()
        for _ in 0..<4 {
          callers.addTask {
            try await withClient(to: address, logger: .silent) { client in
              try await withThrowingTaskGroup(of: (Int, Int).self) { group in
                for _ in 0..<8 {
                  group.addTask { try await callUntilStopped(client, report) }
                }
                return try await group.reduce(into: (0, 0)) { $0 = ($0.0 + $1.0, $0.1 + $1.1) }
              }
            }
          }
        }
        var iterator = progress.makeAsyncIterator()
        for _ in 0..<200 { await iterator.next() }
        await server.drain(within: .seconds(20))
        return try await callers.reduce(into: (0, 0)) { $0 = ($0.0 + $1.0, $0.1 + $1.1) }
      }
      #expect(counts.0 >= 200)
      #expect(counts.1 == 32, "every caller was told once that its call was not processed")
    }
  }

  /// How many calls succeeded, and how many were refused; any other end fails the test.
  private func callUntilStopped(
    _ client: Client, _ report: AsyncStream<Void>.Continuation
  ) async throws -> (Int, Int) {
    var succeeded = 0
    while true {
      do {
        let response: Item = try await client.unary(Echo.unary, Item(key: "\(succeeded)"))
        #expect(response.key == "\(succeeded)")
        succeeded += 1
        report.yield()
      } catch let status as Status {
        #expect(status.code == .unavailable)
        #expect(status.isUnprocessed, "\(status)")
        return (succeeded, 1)
      }
    }
  }

  @Test
  func `a drain that takes too long cancels what is left`() async throws {
    let hang = MethodDescriptor(service: "t.T", name: "Hang", kind: .unary)
    let (events, event) = AsyncStream<String>.makeStream()
    let routes: [Route] = [
      .unary(hang) { (item: Item, _) in
        event.yield("started")
        do {
          try await Task.sleep(for: .seconds(30))
        } catch {
          event.yield("cancelled")
          throw error
        }
        return item
      }
    ]
    let server = server(routes)
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await server.run(on: [Self.any]) }
      let address = try await server.boundAddresses[0]
      try await withClient(to: address, logger: .silent) { client in
        async let failure = failure(of: client, calling: hang)
        var iterator = events.makeAsyncIterator()
        #expect(await iterator.next() == "started")
        await server.drain(within: .milliseconds(50))
        #expect(await iterator.next() == "cancelled")
        #expect(await failure != nil)
      }
      try await group.waitForAll()
    }
  }

  // MARK: Listening

  @Test
  func `a server listens on several addresses and a Unix socket is for its user only`()
    async throws
  {
    try await withTemporaryFolder { folder in
      let path = folder + "/s"
      let server = server()
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await server.run(on: [Self.any, .unix(path: path), Self.any]) }
        let addresses = try await server.boundAddresses
        #expect(Set(addresses).count == 3)
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        #expect(attributes[.posixPermissions] as? Int == 0o600)
        for address in addresses {
          try await withClient(to: address, logger: .silent) { client in
            let _: Item = try await client.unary(Echo.unary, Item())
          }
        }
        await server.drain(within: .seconds(5))
      }
      #expect(!FileManager.default.fileExists(atPath: path))
    }
  }

  @Test
  func `an address in use is an error that names it`() async throws {
    try await withTemporaryFolder { folder in
      for address in [Self.any, .unix(path: folder + "/s")] {
        try await withServer(server(), on: address) { bound in
          let error = await #expect(throws: ListenError.self) {
            try await self.server().run(on: [bound])
          }
          #expect(error?.description.contains("\(bound)") == true)
          try await withClient(to: bound, logger: .silent) { client in
            let _: Item = try await client.unary(Echo.unary, Item())
          }
        }
      }
    }
  }

  @Test
  func `a socket file of a dead server is replaced, any other file is not`() async throws {
    try await withTemporaryFolder { folder in
      let stale = folder + "/stale"
      let descriptor = try UnixListener.bind(path: stale)
      close(descriptor)
      try await withServer(server(), on: .unix(path: stale)) { _ in }
      let file = folder + "/file"
      #expect(FileManager.default.createFile(atPath: file, contents: Data("kept".utf8)))
      await #expect(throws: ListenError.self) {
        try await self.server().run(on: [.unix(path: file)])
      }
      #expect(FileManager.default.contents(atPath: file) == Data("kept".utf8))
      let long = folder + "/" + String(repeating: "x", count: 108)
      await #expect(throws: ListenError.self) {
        try await self.server().run(on: [.unix(path: long)])
      }
    }
  }
}
