import ArgumentParser
import RPCCore

/// A command that calls a server: it parses, makes its calls and prints.
protocol ClientCommand: ParsableCommand, Sendable {
  var global: GlobalOptions { get }
  /// What to do about a status this command is likely to end with; others have general advice.
  static var hints: [StatusCode: String] { get }
  func perform(in context: CommandContext) async throws
}

extension ClientCommand {
  static var hints: [StatusCode: String] { [:] }
}
