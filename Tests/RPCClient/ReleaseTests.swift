import RPCCore
import RPCServer
import Testing

@testable import RPCClient

/// What a client leaves in memory: nothing.
@Suite(.timeLimit(.minutes(1)))
struct ReleaseTests {
  /// Holds parts of a client without keeping them.
  private struct Held: Sendable {
    weak let pool: ConnectionPool?
    weak let session: ClientSession?

    init(_ client: Client) throws {
      pool = client.pool
      session = try #require(client.pool.snapshot().logic.members.first).handle
    }

    var isGone: Bool { pool == nil && session == nil }
  }

  @Test func `nothing of a client stays when it is closed`() async throws {
    let held = try await withServer([.answer()]) { address, _ in
      try await withTestClient([address]) { client in
        _ = try await client.ask()
        return try Held(client)
      }
    }
    try await eventually("the end of the client") { held.isGone }
  }

  @Test func `nothing of a client stays whose server died before it was closed`() async throws {
    try await withTemporaryFolder { folder in
      let address = Address.unix(path: folder + "/s")
      let held = try await withTestClient([address]) { client in
        let held = try await withServer([.answer()], on: address, ending: .killed) { _, _ in
          _ = try await client.ask(options: CallOptions(waitForReady: true))
          return try Held(client)
        }
        try await eventually("the loss of the connection") {
          client.pool.snapshot().logic.members.isEmpty
        }
        return held
      }
      try await eventually("the end of the client") { held.isGone }
    }
  }

  @Test func `nothing of a client stays that closed while it was connecting`() async throws {
    struct Held: Sendable { weak let pool: ConnectionPool? }
    try await withTemporaryFolder { folder in
      // A long back-off: the call waits all the time, not between two attempts only.
      let backoff = BackoffPolicy(initial: .seconds(30), maximum: .seconds(30))
      let held = try await withTestClient(
        [.unix(path: folder + "/nobody")], { $0.backoff = backoff }
      ) { client in
        let asked = Task { try await client.ask(options: CallOptions(waitForReady: true)) }
        try await eventually("the call to wait") { client.pool.snapshot().waiting == 1 }
        await client.close()
        await #expect(throws: Status.self) { try await asked.value }
        return Held(pool: client.pool)
      }
      try await eventually("the end of the client") { held.pool == nil }
    }
  }
}
