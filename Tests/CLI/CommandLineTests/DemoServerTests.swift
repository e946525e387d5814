import Foundation
import RPCCore
import TestSupport
import Testing

@testable import diyml_demo

@Suite struct `The demo's server` {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// A program in the place of `diymld`.
  private func server(_ script: String) throws -> DemoServer {
    let path = try folder.write("diymld", "#!/bin/sh\n" + script)
    try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: path)
    return DemoServer(programs: folder.path, dataFolder: folder.path)
  }

  /// Serves until it is told to stop, which it notes in a file; `$2` is the data folder.
  private static let obedient = """
    trap 'echo yes > "$2.stopped"; exit 0' TERM
    echo "some banner"
    echo "listening on 127.0.0.1:4711"
    while :; do sleep 0.05; done
    """

  private var hasStopped: Bool {
    FileManager.default.fileExists(atPath: folder.path + "/data.stopped")
  }

  private struct Mishap: Error {}

  @Test func `is stopped when the work is done`() async throws {
    let address = try await server(Self.obedient).run { $0 }
    #expect(address == .tcp(host: "127.0.0.1", port: 4711))
    #expect(hasStopped)
  }

  @Test func `is stopped when the work fails`() async throws {
    let server = try server(Self.obedient)
    await #expect(throws: Mishap.self) { try await server.run { _ in throw Mishap() } }
    #expect(hasStopped)
  }

  @Test func `is stopped when the work is cancelled`() async throws {
    let server = try server(Self.obedient)
    await withTaskGroup(of: Void.self) { group in
      let (started, start) = AsyncStream<Void>.makeStream()
      group.addTask {
        await #expect(throws: CancellationError.self) {
          try await server.run { _ in
            start.yield()
            try await Task.sleep(for: .seconds(60))
          }
        }
      }
      for await _ in started { break }
      group.cancelAll()
    }
    #expect(hasStopped)
  }

  @Test func `that does not start shows the end of its log`() async throws {
    let server = try server("echo 'cannot bind' >&2; exit 1")
    await #expect(throws: DemoError.serverFailed("diymld did not start:\ncannot bind")) {
      try await server.run { _ in }
    }
  }
}
