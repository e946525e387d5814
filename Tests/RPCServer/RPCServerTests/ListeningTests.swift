import Codec
import RPCClient
import RPCCore
@testable import RPCServer
import TestSupport
import Testing

/// Addresses of other families, and connections counted by them.
@Suite(.timeLimit(.minutes(1)))
struct ListeningTests {
  private typealias Item = Echo.Item
  private static let whoCalls = MethodDescriptor(service: "t.T", name: "Who", kind: .unary)
  private static let routes: [Route] = [
    .unary(whoCalls) { (_: Item, context) in Item(key: context.peer) }
  ]

  @Test
  func `a server listens on IPv6 and names its peers by their addresses`() async throws {
    let server = Server(routes: Self.routes, logger: .silent)
    try await withServer(server, on: .tcp(host: "::1", port: 0)) { address in
      guard case .tcp("::1", let port) = address else {
        Issue.record("\(address)")
        return
      }
      #expect(port != 0)
      #expect(Address("\(address)") == address)
      try await withClient(to: address, logger: .silent) { client in
        let item: Item = try await client.unary(Self.whoCalls, Item())
        let peer = try #require(Address(item.key))
        guard case .tcp("::1", let theirs) = peer else {
          Issue.record("\(peer)")
          return
        }
        #expect(theirs != port)
      }
    }
  }

  @Test
  func `connections over IPv6 and IPv4 are counted by their own addresses`() async throws {
    var limits = Limits()
    limits.connectionsPerAddressMax = 1
    let server = Server(routes: Self.routes, limits: limits, logger: .silent)
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        try await server.run(on: [
          .tcp(host: "::1", port: 0), .tcp(host: "127.0.0.1", port: 0),
        ])
      }
      for address in try await server.boundAddresses {
        try await withClient(to: address, logger: .silent) { first in
          try await first.connect()
          let refusal = await #expect(throws: Status.self) {
            try await withClient(to: address, logger: .silent) { try await $0.connect() }
          }
          #expect(refusal?.message.contains("2 connections from") == true)
        }
      }
      await server.drain(within: .seconds(5))
      try await group.waitForAll()
    }
  }

  @Test
  func `connections over TLS stop at their limit, and one that leaves makes room`() async throws {
    let folder = try TemporaryFolder()
    let authority = try await TestAuthority("ours", in: folder.path)
    var limits = Limits()
    limits.connectionsPerAddressMax = 2
    let server = Server(
      routes: Self.routes, limits: limits, logger: .silent,
      tls: TLSServerConfiguration(certificate: try await authority.issue("server")))
    let tls = TLSClientConfiguration(authorities: authority.certificate)
    try await withServer(server, on: .tcp(host: "127.0.0.1", port: 0)) { address in
      try await withClient(to: address, tls: tls, logger: .silent) { first in
        try await first.connect()
        try await withClient(to: address, tls: tls, logger: .silent) { second in
          try await second.connect()
          let refusal = await #expect(throws: Status.self) {
            try await withClient(to: address, tls: tls, logger: .silent) {
              let _: Item = try await $0.unary(Self.whoCalls, Item())
            }
          }
          #expect(refusal?.code == .unavailable)
          #expect(refusal?.isUnprocessed == true)
          for client in [first, second] {
            let _: Item = try await client.unary(Self.whoCalls, Item())
          }
        }
        // The server hears of the second's end in its own time.
        try await eventually(within: .seconds(20), "room for another") {
          do {
            return try await withClient(to: address, tls: tls, logger: .silent) {
              let _: Item = try await $0.unary(Self.whoCalls, Item())
              return true
            }
          } catch let status as Status {
            #expect(status.code == .unavailable)
            return false
          }
        }
      }
    }
  }
}
