internal import ArgumentParser
internal import Foundation

/// The program: serves a data folder, or looks after one.
@main
struct DiymldCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "diymld",
    abstract: "Serves DIYML from a data folder, and looks after the folder.",
    usage: """
      diymld --data DIR [OPTIONS OF serve]
      diymld COMMAND ...
      """,
    discussion: """
      Without a command it serves; `diymld serve --help` lists what that can be told. The other \
      commands work on a folder whether a server holds it or not: they ask the server then.

      Exit codes: 0 done, 1 another failure, 2 faults were found, 3 a folder was refused, 4 the \
      folder is in use, 5 the store is of a newer version, 6 a migration has failed, 7 the disk is \
      full, 64 wrong usage.

      Example: diymld --data ~/diyml
      """,
    version: "0.1.0",
    subcommands: [
      ServeCommand.self, BackupCommand.self, RestoreCommand.self, VerifyCommand.self,
      GcCommand.self, StatusCommand.self,
    ],
    defaultSubcommand: ServeCommand.self)

  static func main() async {
    do {
      var command = try parseAsRoot(reordered(Array(CommandLine.arguments.dropFirst())))
      if var asynchronous = command as? any AsyncParsableCommand {
        try await asynchronous.run()
      } else {
        try command.run()
      }
    } catch {
      end(with: error, isJSON: CommandLine.arguments.contains("--json"))
    }
  }

  private static func end(with error: any Error, isJSON: Bool) -> Never {
    let status = ExitStatus(error)
    let code = status?.rawValue ?? exitCode(for: error).rawValue
    guard status != nil || (isJSON && code != 0) else { exit(withError: error) }
    var text = "Error: \(ExitStatus.message(of: error))"
    if isJSON {
      do {
        text = try ExitStatus.json(of: error)
      } catch {
        text += " (no JSON: \(error))"
      }
    }
    if !(error is FaultsFound) {
      FileHandle.standardError.write(Data((text + "\n").utf8))
    }
    Foundation.exit(code)
  }

  /// Lets the folder stand before the command: `--data DIR backup TARGET` is as good as
  /// `backup --data DIR TARGET`.
  static func reordered(_ arguments: [String]) -> [String] {
    let names = Set(configuration.subcommands.compactMap { $0.configuration.commandName })
    for (count, isOption) in [
      (2, arguments.first == "--data"), (1, arguments.first?.hasPrefix("--data=") == true),
    ] where isOption && arguments.count > count && names.contains(arguments[count]) {
      return [arguments[count]] + arguments[..<count] + arguments[(count + 1)...]
    }
    return arguments
  }
}
