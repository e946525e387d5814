import RPCClient
import RPCCore
import RPCServer
import TestSupport
import Testing

@testable import RPCServices

@Suite(.timeLimit(.minutes(1))) struct InspectionTests {
  private func connections(
    _ client: Client, ping: Bool = false
  ) async throws -> [ConnectionInfo] {
    try await InspectionClient(client).listConnections(ListConnectionsRequest(ping: ping)) {
      responses in
      var found: [ConnectionInfo] = []
      for try await connection in responses { found.append(connection) }
      return found
    }
  }

  @Test func `a connection shows its open calls with what they have sent`() async throws {
    try await Stage.run(StandardServices(files: [], administrators: .anybody)) { client in
      let options = CallOptions(timeout: .seconds(3_600))
      try await client.bidirectional(Stage.wait, options: options) {
        (requests: MessageWriter<Stage.Item>, responses: MessageStream<Stage.Item>) in
        try await requests.write(Stage.Item(service: "tick"))
        for try await _ in responses {
          let connection = try #require(try await connections(client).first)
          #expect(connection.state == .ready)
          #expect(connection.agent == "diyml")
          #expect(connection.callsStarted == 2)
          #expect(connection.peer == "loopback")
          #expect(connection.pingMicroseconds == nil)
          let call = try #require(connection.calls.first)
          #expect(call.method == "test.Clock/Wait")
          #expect(call.isRunning)
          #expect(call.messagesReceived == 1)
          #expect(call.bytesReceived == 6)
          #expect(call.messagesSent == 1)
          #expect(call.bytesSent == 6)
          #expect(call.receiveWindowBytes > 0)
          let left = try #require(call.leftMicroseconds)
          #expect((1...3_600_000_000).contains(left))
          #expect(connection.calls.map(\.method).last == "diyml.rpc.v1.Inspection/ListConnections")
          requests.finish()
        }
      }
    }
  }

  @Test func `a ping tells the last round trip`() async throws {
    try await Stage.run(StandardServices(files: [], administrators: .anybody)) { client in
      let connection = try #require(try await connections(client, ping: true).first)
      #expect(connection.pingMicroseconds != nil)
    }
  }

  @Test func `strangers and callers without proof are refused`() async throws {
    try await Stage.run(StandardServices(files: [])) { client in
      let error = await #expect(throws: Status.self) { _ = try await connections(client) }
      #expect(error?.code == .permissionDenied)
    }
  }

  @Test func `the server's own user may look over a Unix socket, and over TCP nobody`()
    async throws
  {
    let folder = try TemporaryFolder()
    let server = Server(
      routes: [], logger: .silent, extensions: [StandardServices(files: [])])
    try await withThrowingTaskGroup(of: Void.self) { group in
      let addresses: [Address] = [
        .unix(path: folder.path + "/s"), .tcp(host: "127.0.0.1", port: 0),
      ]
      group.addTask { try await server.run(on: addresses) }
      let bound = try await server.boundAddresses
      try await withClient(to: bound[0], logger: .silent) { client in
        let connection = try #require(try await connections(client).first)
        #expect(connection.identity.hasPrefix("process "))
        #expect(connection.peer.hasPrefix("unix:"))
      }
      try await withClient(to: bound[1], logger: .silent) { client in
        let error = await #expect(throws: Status.self) { _ = try await connections(client) }
        #expect(error?.code == .permissionDenied)
      }
      await server.drain(within: .seconds(10))
      try await group.waitForAll()
    }
  }

  @Test func `a connection that does not answer a ping holds nobody up for long`() async throws {
    let services = StandardServices(files: [], administrators: .anybody)
    let server = Server(routes: Stage.routes, logger: .silent, extensions: [services])
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await server.run(on: [.tcp(host: "127.0.0.1", port: 0)]) }
      let address = try await server.boundAddresses[0]
      // It never says hello, so it cannot be asked.
      let silent = try Silence(address)
      try await withClient(to: address, logger: .silent) { client in
        try await eventually(within: .seconds(20), "the silent connection") {
          try await connections(client, ping: true).count == 2
        }
        let states = try await connections(client, ping: true).map(\.state)
        #expect(states.contains(.greeting))
        #expect(states.contains(.ready))
      }
      silent.close()
      await server.drain(within: .seconds(10))
      try await group.waitForAll()
    }
  }
}
