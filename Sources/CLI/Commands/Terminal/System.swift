package import Foundation
package import RPCCore

/// Everything a command touches outside itself, so that tests can stand in for all of it.
package struct System: Sendable {
  package var environment: [String: String]
  package var homeDirectory: String
  package var terminal: Terminal
  /// Where results go: standard output.
  package var output: @Sendable (String) -> Void
  /// Where complaints, notes and progress go: standard error.
  package var complaints: @Sendable (String) -> Void
  /// Shows a prompt and reads one line without echo.
  package var readSecret: @Sendable (_ prompt: String) throws -> String
  /// Reads one line of standard input without its end; nil at the end of the input.
  package var readLine: @Sendable () -> String?
  package var now: @Sendable () -> Date
  package var sleep: @Sendable (Duration) async throws -> Void
  /// Returns when a person presses Ctrl-C, or when the task is cancelled.
  package var interruption: @Sendable () async -> Void
  package var connector: any Connector
}

/// What the three standard streams are attached to.
package struct Terminal: Sendable, Equatable {
  package var inputIsTerminal = false
  package var outputIsTerminal = false
  package var complaintsAreTerminal = false
  /// Character cells of a line.
  package var columns = 80
}

/// Opens connections to servers: over a network in life, in memory in tests.
package protocol Connector: Sendable {
  /// Connects for as long as `body` runs.
  ///
  /// - Throws: `Status` with `.unavailable` when there is no server at the address, and what `body`
  ///   throws.
  func connected<Result: Sendable>(
    to address: Address, tls: TLSClientConfiguration?,
    _ body: @Sendable (any Caller) async throws -> Result
  ) async throws -> Result
}
