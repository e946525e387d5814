import ArgumentParser

/// The root of the command line.
struct Diyml: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "diyml",
    abstract: "Train image models on your own server, publish them and use them.",
    discussion: """
      EXAMPLE: the whole way, from an account to an answer
        diyml account create ada
        diyml project create pets
        diyml data upload pets ./photos     # ./photos/cat/*.jpg, ./photos/dog/*.jpg
        diyml train start pets
        diyml publish pets
        diyml infer ada/pets new.jpg

      ENVIRONMENT
        DIYML_SERVER  the server, where --server does not say
        DIYML_TOKEN   the token, instead of a login
        NO_COLOR      no colours

      The login is kept in $XDG_CONFIG_HOME/diyml/profile.json or ~/.config/diyml/profile.json, \
      with mode 600. Results go to standard output, all else to standard error.

      With --json a command prints what the server answered as a line of JSON, as `call` does; \
      several answers, events and images are a line each. An error is a line of JSON on standard \
      error, with gRPC's number of the `code`, `message`, `details` and a `hint`.

      EXIT CODES
      \(CommandExit.table)
      """,
    version: "0.1.0",
    subcommands: [
      Account.self, TokenGroup.self, ProjectGroup.self, Classes.self, DataGroup.self, Train.self,
      PublishCommand.self, UnpublishCommand.self, Models.self, InferCommand.self, CallCommand.self,
      DescribeCommand.self, HealthCommand.self, DebugGroup.self, Completion.self,
    ])

}

/// Prints the script that makes a shell complete `diyml`.
struct Completion: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Print a shell's completion script.",
    discussion: "EXAMPLE: diyml completion bash > ~/.local/share/bash-completion/completions/diyml")

  enum Shell: String, ExpressibleByArgument, CaseIterable {
    case bash, zsh, fish

    var shell: CompletionShell {
      switch self {
      case .bash: .bash
      case .zsh: .zsh
      case .fish: .fish
      }
    }
  }

  @Argument(help: "bash, zsh or fish.") var shell: Shell

  var script: String { Diyml.completionScript(for: shell.shell) }
}
