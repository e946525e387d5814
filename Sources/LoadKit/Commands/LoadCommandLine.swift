package import CommandLineKit

/// Runs the command line `diyml-load ARGUMENTS` and tells its exit code.
package func runLoadCommandLine(_ arguments: [String], on system: System) async -> Int32 {
  // Roots instead of subcommands: so the common command needs no name, and has its own help.
  let rest = Array(arguments.dropFirst())
  switch arguments.first {
  case "compare": return await runCommandLine(CompareCommand.self, rest, on: system)
  case "target": return await runCommandLine(TargetCommand.self, rest, on: system)
  default: return await runCommandLine(LoadCommand.self, arguments, on: system)
  }
}
