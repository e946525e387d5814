import ArgumentParser

/// The commands about the account.
struct Account: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Make, use and delete an account.",
    discussion: "EXAMPLE: diyml account create ada",
    subcommands: [
      AccountCreate.self, AccountLogin.self, AccountLogout.self, AccountWhoAmI.self,
      AccountPassword.self, AccountDelete.self,
    ])
}

/// How commands take a password: never as an argument, which everyone on the machine can see.
struct PasswordOptions: ParsableArguments, Sendable {
  @Flag(help: "Read the password from standard input instead of asking.")
  var passwordStdin = false
}
