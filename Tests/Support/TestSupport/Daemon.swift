package import RPCClient
package import RPCCore

/// A `diymld` that a test has started, on a port that the system chose.
package struct Daemon: Sendable {
  package let process: ProgramProcess
  package let address: Address

  /// The server did not come up.
  package struct NotListening: Error, CustomStringConvertible {
    package let output: String

    package var description: String { "diymld did not say where it listens, but: \(output)" }
  }

  /// How long the slowest machine may take to start a server, or to end one.
  package static let patience = Duration.seconds(30)

  /// Starts a server over a data folder and gives it to `body`; kills what is left of it afterwards.
  package static func with<R: Sendable>(
    data: String, _ body: (Daemon) async throws -> R
  ) async throws -> R {
    try await ProgramProcess.with(TestData.program("diymld"), arguments(data: data)) { process in
      try await body(listening(process))
    }
  }

  /// What a server over a data folder is started with.
  package static func arguments(data: String, listen: String = "127.0.0.1:0") -> [String] {
    ["--data", data, "--listen", listen, "--weights", TestData.weights, "--log-level", "warning"]
  }

  /// Waits until a server says where it listens.
  package static func listening(_ process: ProgramProcess) async throws -> Daemon {
    let line = try await within(patience, "the start of diymld") {
      await process.line(with: "listening on ")
    }
    let words = line?.split(separator: " ") ?? []
    guard let word = words.last, let address = Address(String(word)) else {
      throw NotListening(output: process.output)
    }
    return Daemon(process: process, address: address)
  }

  /// Gives `body` a connection of its own to the server.
  package func withClient<R: Sendable>(
    _ body: (Client) async throws -> R
  ) async throws -> R {
    try await RPCClient.withClient(to: address, body)
  }

  /// The engine processes that the server has now.
  package var engines: [Int32] { ProcessTable.children(of: process.id) }

  /// The engine that decodes and infers, once there is one.
  package func inferenceEngine() async throws -> Int32 {
    try await engine { $0 < 19 }
  }

  /// The engine of a training, once there is one.
  package func trainingEngine() async throws -> Int32 {
    try await engine { $0 == 19 }
  }

  private func engine(withNiceness fits: (Int) -> Bool) async throws -> Int32 {
    var found: Int32?
    try await eventually(within: Self.patience, "the start of an engine") {
      found = engines.first { ProcessTable.niceness(of: $0).map(fits) ?? false }
      return found != nil
    }
    guard let found else { preconditionFailure("the wait ended without an engine") }
    return found
  }
}
