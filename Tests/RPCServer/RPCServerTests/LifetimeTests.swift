import Codec
import RPCClient
import RPCCore
import RPCServer
import Synchronization
import TestSupport
import Testing

/// Connections that are silent, slow or old, over sockets; the exact times are tested without IO.
@Suite(.timeLimit(.minutes(1)))
struct LifetimeTests {
  private typealias Item = Echo.Item
  private static let any = Address.tcp(host: "127.0.0.1", port: 0)
  /// Says on which connection it was called: each has a port of its own.
  private static let whichOne = MethodDescriptor(service: "t.T", name: "Which", kind: .unary)
  private static let routes: [Route] =
    Echo.routes + [
      Route.unary(whichOne) { (_: Item, context) in Item(key: context.peer) }
    ]

  private func server(_ set: (inout Limits) -> Void) -> Server {
    var limits = Limits()
    set(&limits)
    return Server(routes: Self.routes, limits: limits, logger: .silent)
  }

  @Test
  func `a silent client is asked and then closed, one that answers stays`() async throws {
    let server = server {
      $0.keepAliveInterval = .milliseconds(100)
      // More than a busy machine makes a client of the same process wait for its turn.
      $0.keepAliveTimeout = .seconds(5)
    }
    try await withServer(server, on: Self.any) { address in
      try await withClient(to: address, logger: .silent) { client in
        let before: Item = try await client.unary(Self.whichOne, Item())
        let socket = try RawSocket(address)
        var replies = RawReplies()
        socket.send(try RawFrames.hello())
        let ping = try await socket.frame(.ping, &replies)
        #expect(ping.header.flags == [])
        let goAway = try await socket.frame(.goAway, &replies)
        #expect(try goAway.fault.reason == .timeout)
        #expect(try goAway.fault.message.contains("PING"))
        // The client was as silent, for as long.
        let after: Item = try await client.unary(Self.whichOne, Item())
        #expect(after.key == before.key)
      }
    }
  }

  @Test
  func `old connections are replaced and no call is lost`() async throws {
    let server = server { $0.connectionAgeMax = .seconds(1) }
    try await withServer(server, on: Self.any) { address in
      try await withClient(to: address, logger: .silent) { client in
        let connections = try await withThrowingTaskGroup(of: Set<String>.self) { group in
          for _ in 0..<4 {
            group.addTask {
              var seen: Set<String> = []
              while seen.count < 4 {
                let item: Item = try await client.unary(Self.whichOne, Item())
                seen.insert(item.key)
              }
              return seen
            }
          }
          return try await group.reduce(into: Set()) { $0.formUnion($1) }
        }
        #expect(connections.count >= 4)
      }
    }
  }

  @Test
  func `a stream on an old connection goes on without a grace, and ends with one`() async throws {
    for grace in [nil, Duration.milliseconds(200)] {
      let server = server {
        $0.connectionAgeMax = .seconds(1)
        $0.connectionAgeGrace = grace
      }
      try await withServer(server, on: Self.any) { address in
        try await withClient(to: address, logger: .silent) { client in
          let first: Item = try await client.unary(Self.whichOne, Item())
          do {
            try await client.bidirectional(Echo.chat) {
              (writer: MessageWriter<Item>, responses: MessageStream<Item>) in
              var iterator = responses.makeAsyncIterator()
              // Until new calls go elsewhere, and, with a grace, for good.
              var isReplaced = false
              while !isReplaced || grace != nil {
                try await writer.write(Item(key: "a"))
                #expect(try await iterator.next()?.key == "a")
                let item: Item = try await client.unary(Self.whichOne, Item())
                if item.key != first.key { isReplaced = true }
              }
              writer.finish()
              #expect(try await iterator.next() == nil)
            }
            #expect(grace == nil)
          } catch let status as Status {
            #expect(grace != nil)
            #expect(status.code == .unavailable || status.code == .cancelled, "\(status)")
          }
        }
      }
    }
  }

  @Test
  func `a message that comes byte by byte ends its call, a frame its connection`() async throws {
    let server = server {
      $0.receiveGrace = .milliseconds(200)
      $0.receiveBytesPerSecondMin = 1 << 20
    }
    try await withServer(server, on: Self.any) { address in
      let socket = try RawSocket(address)
      var replies = RawReplies()
      socket.send(try RawFrames.hello() + RawFrames.open(1, Echo.collect))
      socket.send(RawFrames.frame(.data, .first, stream: 1, payload: [0, 0, 0, 9, 1]))
      let end = try await socket.frame(.end, &replies)
      #expect(end.ending.failure?.code == .resourceExhausted)
      #expect(end.ending.failure?.message.contains("bytes a second") == true)
      // The connection lives, until a frame is cut short.
      socket.send(try RawFrames.open(2, Echo.unary) + RawFrames.message(2, Item(key: "b")))
      #expect(try await socket.frame(.data, &replies).header.stream == StreamID(2))
      socket.send(RawFrames.header(.data, [.first, .last], stream: 1, length: 9) + [1])
      let goAway = try await socket.frame(.goAway, &replies)
      #expect(try goAway.fault.reason == .timeout)
      #expect(try goAway.fault.message.contains("a frame took longer"))
    }
  }

  @Test
  func `a call whose request does not come loses its slot, one that streams does not`() async throws
  {
    let server = server {
      $0.receiveGrace = .milliseconds(200)
      $0.receiveBytesPerSecondMin = 1 << 30
      // The client is looked at as often as it might have to be asked.
      $0.keepAliveInterval = .milliseconds(200)
      $0.streamsMax = 2
    }
    try await withServer(server, on: Self.any) { address in
      let socket = try RawSocket(address)
      var replies = RawReplies()
      socket.send(
        try RawFrames.hello() + RawFrames.open(1, Echo.collect) + RawFrames.open(2, Echo.unary))
      let end = try await socket.frame(.end, &replies)
      #expect(end.header.stream == StreamID(2))
      #expect(end.ending.failure?.code == .resourceExhausted)
      #expect(end.ending.failure?.message.contains("no whole request within") == true)
      // The slot is free again, and the stream was waiting for as long.
      socket.send(try RawFrames.open(3, Echo.unary) + RawFrames.message(3, Item(key: "b")))
      #expect(try await socket.frame(.data, &replies).header.stream == StreamID(3))
      socket.send(RawFrames.frame(.data, .finish, stream: 1))
      #expect(try await socket.frame(.data, &replies).header.stream == StreamID(1))
    }
  }

  @Test
  func `PINGs for nothing end the connection with a word about it`() async throws {
    try await withServer(server { _ in }, on: Self.any) { address in
      let socket = try RawSocket(address)
      var replies = RawReplies()
      let ping = RawFrames.frame(.ping, payload: [1, 2, 3, 4, 5, 6, 7, 8])
      socket.send(try RawFrames.hello() + ping + ping + ping)
      for _ in 0..<3 { #expect(try await socket.frame(.ping, &replies).header.flags == .answer) }
      socket.send(ping)
      let goAway = try await socket.frame(.goAway, &replies)
      #expect(try goAway.fault.reason == .tooMuch)
      #expect(try goAway.fault.message.contains("without an open call"))
    }
  }
}
