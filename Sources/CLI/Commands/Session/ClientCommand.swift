package import ArgumentParser
package import RPCCore

/// A command that works in a context: it parses, does its work and prints.
package protocol ContextCommand: ParsableCommand, Sendable {
  /// The server that the arguments name, if they do.
  var chosenServer: ServerAddress? { get }
  /// The files of TLS that the arguments name.
  var tlsFiles: TLSFiles { get }
  var wantsJSON: Bool { get }
  /// What to do about a status this command is likely to end with; others have general advice.
  static var hints: [StatusCode: String] { get }
  func perform(in context: CommandContext) async throws
}

extension ContextCommand {
  package var tlsFiles: TLSFiles { TLSFiles() }
  package static var hints: [StatusCode: String] { [:] }
}

/// A command that calls a server.
package protocol ClientCommand: ContextCommand {
  var global: GlobalOptions { get }
}

extension ClientCommand {
  package var chosenServer: ServerAddress? { global.server }
  package var tlsFiles: TLSFiles { global.tlsFiles }
  package var wantsJSON: Bool { global.json }
}
