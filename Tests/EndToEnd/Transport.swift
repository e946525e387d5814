import Logging
import RPCClient
import RPCCore
import RPCLoopback
import RPCServer

/// What joins a client and a server that run in the process of the tests.
enum Transport: String, CaseIterable, CustomStringConvertible, Sendable {
  case tcp = "TCP"
  case loopback = "loopback"

  var description: String { rawValue }

  /// Gives `body` a client of a server with these routes, and stops both afterwards.
  func serve<R: Sendable>(
    _ routes: [Route], logger: Logger, _ body: (any Caller) async throws -> R
  ) async throws -> R {
    switch self {
    case .loopback: try await withLoopback(routes: routes, logger: logger) { try await body($0) }
    case .tcp: try await serveOverTCP(routes, logger, body)
    }
  }

  private func serveOverTCP<R: Sendable>(
    _ routes: [Route], _ logger: Logger, _ body: (any Caller) async throws -> R
  ) async throws -> R {
    let server = Server(routes: routes, logger: logger)
    return try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await server.run(on: [.tcp(host: "127.0.0.1", port: 0)]) }
      do {
        let address = try await server.boundAddresses[0]
        let result = try await withClient(to: address, logger: logger) { try await body($0) }
        await server.drain(within: .seconds(10))
        try await group.waitForAll()
        return result
      } catch {
        await server.drain(within: .zero)
        throw error
      }
    }
  }
}
