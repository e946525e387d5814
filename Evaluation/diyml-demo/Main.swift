import ArgumentParser
import CommandLineKit
import RPCCore

@main
struct Main: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "diyml-demo",
    abstract: "Shows and measures DIYML's main job, from an account to answers.",
    subcommands: [
      DemoCommand.self, EvaluateCommand.self, DemoDetectionCommand.self,
      EvaluateDetectionCommand.self,
      InterleaveCommand.self,
    ])
}

/// Turns what can go wrong into one line and an exit code.
func reporting<Result>(
  _ system: System, _ body: () async throws -> Result
) async throws -> Result {
  do {
    return try await body()
  } catch let error as DemoError {
    system.complaints("error: \(error.message)\n")
    throw ExitCode(CommandExit.local.rawValue)
  } catch let failure as CommandFailure {
    system.complaints("error: \(failure.explanation.message)\n")
    throw ExitCode(failure.exitStatus.rawValue)
  } catch let status as Status {
    system.complaints("error: \(status)\n")
    throw ExitCode(CommandExit(status.code).rawValue)
  } catch is CancellationError {
    throw ExitCode(CommandExit.interrupted.rawValue)
  }
}
