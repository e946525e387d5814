package import ArgumentParser
package import RPCCore

/// A command that works in a context: it parses, does its work and prints.
package protocol ContextCommand: ParsableCommand, Sendable {
  /// The server that the arguments name, if they do.
  var chosenServer: Address? { get }
  var wantsJSON: Bool { get }
  /// What to do about a status this command is likely to end with; others have general advice.
  static var hints: [StatusCode: String] { get }
  func perform(in context: CommandContext) async throws
}

extension ContextCommand {
  package static var hints: [StatusCode: String] { [:] }
}

/// A command that calls a server.
package protocol ClientCommand: ContextCommand {
  var global: GlobalOptions { get }
}

extension ClientCommand {
  package var chosenServer: Address? { global.server }
  package var wantsJSON: Bool { global.json }
}
