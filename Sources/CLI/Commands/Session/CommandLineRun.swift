package import ArgumentParser
import Foundation
import RPCCore

/// Runs the command line `diyml ARGUMENTS` and tells its exit code.
///
/// Nothing outside `system` is read or written, except files that the arguments name.
package func runCommandLine(_ arguments: [String], on system: System) async -> Int32 {
  await runCommandLine(Diyml.self, arguments, on: system)
}

/// Runs a program whose commands are `root` and what is below it, and tells its exit code.
package func runCommandLine(
  _ root: any ParsableCommand.Type, _ arguments: [String], on system: System
) async -> Int32 {
  let isJSON = arguments.prefix { $0 != "--" }.contains("--json")
  var command: any ParsableCommand
  do {
    command = try root.parseAsRoot(arguments)
  } catch {
    return finish(root, parsing: error, isJSON: isJSON, on: system)
  }
  do {
    if let contextual = command as? any ContextCommand {
      try await run(contextual, on: system)
    } else if let completion = command as? Completion {
      system.output(completion.script + "\n")
    } else {
      try command.run()  // throws the help that was asked for, or that of a group of commands
    }
    return CommandExit.success.rawValue
  } catch let failure as CommandFailure {
    complain(failure, isJSON: isJSON, on: system)
    return failure.exitStatus.rawValue
  } catch {
    return finish(root, parsing: error, isJSON: isJSON, on: system)
  }
}

private func run(_ command: some ContextCommand, on system: System) async throws {
  let context = CommandContext(
    system: system, server: command.chosenServer, tls: command.tlsFiles, isJSON: command.wantsJSON)
  do {
    try await command.perform(in: context)
  } catch let failure as CommandFailure {
    throw failure
  } catch let status as Status {
    let hint = type(of: command).hints[status.code]
    throw CommandFailure.server(status, hint: hint)
  } catch is CancellationError {
    throw CommandFailure.interrupted("interrupted")
  } catch let error as CocoaError {
    throw CommandFailure.local(error.localizedDescription)
  } catch {
    throw CommandFailure.local("\(error)")
  }
}

/// Help and versions go to standard output, complaints about arguments to standard error.
private func finish(
  _ root: any ParsableCommand.Type, parsing error: any Error, isJSON: Bool, on system: System
) -> Int32 {
  let code = root.exitCode(for: error).rawValue
  if code == CommandExit.usage.rawValue, isJSON {
    complain(.usage(root.message(for: error)), isJSON: true, on: system)
    return code
  }
  let message = root.fullMessage(for: error, columns: min(system.terminal.columns, 100))
  if !message.isEmpty {
    code == CommandExit.success.rawValue
      ? system.output(message + "\n") : system.complaints(message + "\n")
  }
  return code
}

private func complain(_ failure: CommandFailure, isJSON: Bool, on system: System) {
  if isJSON {
    do {
      return system.complaints(try failure.json + "\n")
    } catch {
      system.complaints("the failure has no JSON: \(error)\n")
    }
  }
  let palette = Palette(
    isTerminal: system.terminal.complaintsAreTerminal, environment: system.environment)
  let (message, hint) = failure.explanation
  let advice = hint.map { " (try: \($0))" } ?? ""
  let line = TextWidth.printable(message + advice)
  system.complaints("\(palette.red("error:")) \(line)\n")
}
