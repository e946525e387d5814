package import Logging
import NIOCore
package import RPCClient
package import RPCCore
import RPCServer

/// Gives `body` a client that is joined in memory to a server of these routes: the protocol's whole
/// logic runs, without a socket.
///
/// Drains the server afterwards.
///
/// - Throws: what `body` throws.
package func withLoopback<R: Sendable>(
  routes: [Route], limits: Limits = Limits(), clientLimits: Limits = Limits(),
  logger: Logger = Logger(label: "diyml.loopback"), interceptors: [any ServerInterceptor] = [],
  extensions: [any ServerExtension] = [],
  _ body: (Client) async throws -> R
) async throws -> R {
  let server = Server(
    routes: routes, limits: limits, logger: logger, interceptors: interceptors,
    extensions: extensions)
  return try await withThrowingTaskGroup(of: Void.self) { group in
    group.addTask { try await server.run(on: []) }
    let client = Client(limits: clientLimits, logger: logger) { session, loop in
      loop.execute {
        _ = Loopback(session, server.acceptLoopback(on: loop), on: loop)
      }
    }
    do {
      let result = try await body(client)
      await client.close()
      await server.drain(within: .seconds(10))
      try await group.waitForAll()
      return result
    } catch {
      await client.close()
      await server.drain(within: .zero)
      throw error
    }
  }
}
