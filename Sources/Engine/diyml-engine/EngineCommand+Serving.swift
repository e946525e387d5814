internal import Dispatch
internal import Foundation
internal import Logging
internal import RPCCore
internal import RPCServer

extension EngineCommand {
  /// How long calls may go on after SIGTERM.
  private static let drainTime = Duration.seconds(2)

  /// Serves until SIGTERM, and says on standard output when it has begun to.
  func serve(_ routes: [Route], interceptors: [any ServerInterceptor]) async throws {
    let server = Server(
      routes: routes, limits: .ownProcesses, logger: Logger(label: "diyml.engine"),
      unixPeers: .sameUser, interceptors: interceptors)
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await server.run(on: [.unix(path: socket)]) }
      group.addTask {
        _ = try await server.boundAddresses
        try FileHandle.standardOutput.write(contentsOf: Data("ready\n".utf8))
        for await _ in Self.terminations() {
          await server.drain(within: Self.drainTime)
          return
        }
      }
      // The server's end is the program's end; so is a failure of either.
      try await group.next()
      group.cancelAll()
    }
  }

  /// One element for each SIGTERM.
  private static func terminations() -> AsyncStream<Void> {
    AsyncStream { feed in
      signal(SIGTERM, SIG_IGN)
      // Cancelling is safe from any thread; the type just does not say so.
      nonisolated(unsafe) let source = DispatchSource.makeSignalSource(signal: SIGTERM)
      source.setEventHandler { feed.yield() }
      feed.onTermination = { _ in source.cancel() }
      source.resume()
    }
  }
}
