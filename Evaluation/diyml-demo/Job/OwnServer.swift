import CommandLineKit
import Foundation
import RPCCore
import UnixSignals

/// Gives work a server and a data folder of its own, both gone when the work is.
struct OwnServer: Sendable {
  let system: System

  /// The folder of this program.
  static var programs: String {
    (ProcessInfo.processInfo.arguments.first.map(URL.init(fileURLWithPath:))
      ?? URL(fileURLWithPath: "."))
      .resolvingSymlinksInPath().deletingLastPathComponent().path
  }

  /// - Throws: what `body` throws, or the server; `CancellationError` on Ctrl-C.
  func run<Result: Sendable>(
    _ body: @escaping @Sendable (Address) async throws -> Result
  ) async throws -> Result {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("diyml-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(
      atPath: folder, withIntermediateDirectories: false,
      attributes: [.posixPermissions: 0o700])
    defer { remove(folder) }
    return try await interruptibly {
      let server = DemoServer(programs: Self.programs, dataFolder: folder)
      return try await server.run { address in
        system.output("==> server on \(address), data in \(folder)\n")
        return try await body(address)
      }
    }
  }

  private func remove(_ folder: String) {
    do {
      try FileManager.default.removeItem(atPath: folder)
    } catch {
      system.complaints("cannot remove \(folder)\n")
    }
  }

  /// Cancels `body` when somebody presses Ctrl-C or asks this program to stop.
  private func interruptibly<Result: Sendable>(
    _ body: @escaping @Sendable () async throws -> Result
  ) async throws -> Result {
    try await withThrowingTaskGroup(of: Result?.self) { group in
      group.addTask { try await body() }
      group.addTask {
        for await _ in await UnixSignalsSequence(trapping: .sigint, .sigterm) {
          system.complaints("\nstopping the server\n")
          return nil
        }
        return nil
      }
      defer { group.cancelAll() }
      guard let result = try await group.next() ?? nil else { throw CancellationError() }
      return result
    }
  }
}
