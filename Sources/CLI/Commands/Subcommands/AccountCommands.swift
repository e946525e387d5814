import API
import ArgumentParser
import RPCCore
import WellKnownTypes

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

struct AccountCreate: ClientCommand {
  static let configuration = CommandConfiguration(
    commandName: "create",
    abstract: "Make an account and log in.",
    discussion: "EXAMPLE: diyml account create ada")
  static let hints: [StatusCode: String] = [.alreadyExists: "diyml account login USER"]

  @Argument(help: "1 to 64 letters, digits, '.', '_' and '-'.") var user: String
  @OptionGroup var passwords: PasswordOptions
  @OptionGroup var global: GlobalOptions

  func perform(in context: CommandContext) async throws {
    let password = try context.password(
      "New password for \(user)", fromInput: passwords.passwordStdin, again: true)
    let answer = try await context.connected(anonymously: true) { clients in
      try await clients.auth.createAccount(
        CreateAccountRequest(user: user, password: password), options: clients.keyedOptions)
    }
    try context.loggedIn(user: user, answer, done: "made account \(user) and logged in")
  }
}

struct AccountLogin: ClientCommand {
  static let configuration = CommandConfiguration(
    commandName: "login",
    abstract: "Log in; later commands use this login.",
    discussion: "EXAMPLE: diyml account login ada --server 10.0.0.5:7001")
  static let hints: [StatusCode: String] = [
    .unauthenticated: "check the name and the password, or diyml account create USER"
  ]

  @Argument(help: "The account's name.") var user: String
  @Option(help: "What to call the token in 'token list'.") var label = "diyml login"
  @OptionGroup var passwords: PasswordOptions
  @OptionGroup var global: GlobalOptions

  func perform(in context: CommandContext) async throws {
    let password = try context.password(
      "Password for \(user)", fromInput: passwords.passwordStdin)
    let answer = try await context.connected(anonymously: true) { clients in
      try await clients.auth.login(
        LoginRequest(user: user, password: password, tokenLabel: label),
        options: clients.options)
    }
    try context.loggedIn(user: user, answer, done: "logged in as \(user)")
  }
}

struct AccountLogout: ClientCommand {
  static let configuration = CommandConfiguration(
    commandName: "logout",
    abstract: "Revoke this login's token and forget it.",
    discussion: "EXAMPLE: diyml account logout")

  @OptionGroup var global: GlobalOptions

  func perform(in context: CommandContext) async throws {
    let address = try context.server()
    do {
      _ = try await context.connected { clients in
        try await clients.auth.revokeToken(
          RevokeTokenRequest(token: .current(ProtoEmpty())), options: clients.keyedOptions)
      }
    } catch let status as Status where status.code == .unauthenticated {
      // The server knows the token no more: all that is left is to forget it.
    }
    try context.forgetLogin(at: address)
    try context.report(ProtoEmpty()) {
      context.print("logged out of \(address)")
    }
  }
}

struct AccountWhoAmI: ClientCommand {
  static let configuration = CommandConfiguration(
    commandName: "whoami",
    abstract: "Show whose login this is and what it may do.",
    discussion: "EXAMPLE: diyml account whoami")

  @OptionGroup var global: GlobalOptions

  func perform(in context: CommandContext) async throws {
    let answer = try await context.connected { clients in
      try await clients.auth.whoAmI(WhoAmIRequest(), options: clients.options)
    }
    let address = try context.server()
    try context.report(answer) {
      context.print("\(TextWidth.printable(answer.user)) at \(address)")
      guard let token = answer.token else { return }
      context.print("token \(token.id), \(token.scopeWords)")
      context.print("until \(Format.time(token.expireTime))")
    }
  }
}

struct AccountPassword: ClientCommand {
  static let configuration = CommandConfiguration(
    commandName: "password",
    abstract: "Change the password; every other login ends.",
    discussion: """
      With --password-stdin, the first line is the old password and the second the new one.

      EXAMPLE: diyml account password
      """)

  @OptionGroup var passwords: PasswordOptions
  @OptionGroup var global: GlobalOptions

  func perform(in context: CommandContext) async throws {
    let fromInput = passwords.passwordStdin
    let old = try context.password("Old password", fromInput: fromInput)
    let new = try context.password("New password", fromInput: fromInput, again: true)
    let answer = try await context.connected { clients in
      try await clients.auth.changePassword(
        ChangePasswordRequest(oldPassword: old, newPassword: new), options: clients.keyedOptions)
    }
    try context.report(answer) {
      context.print("changed the password; other logins have ended")
    }
  }
}

struct AccountDelete: ClientCommand {
  static let configuration = CommandConfiguration(
    commandName: "delete",
    abstract: "Delete the account with its projects, images and models.",
    discussion: "EXAMPLE: diyml account delete")

  @Flag(help: "Do not ask.") var yes = false
  @OptionGroup var passwords: PasswordOptions
  @OptionGroup var global: GlobalOptions

  func perform(in context: CommandContext) async throws {
    let address = try context.server()
    try context.confirm(
      "Delete your account at \(address) with all its projects, images and models?",
      isConfirmed: yes)
    let password = try context.password("Password", fromInput: passwords.passwordStdin)
    let answer = try await context.connected { clients in
      try await clients.auth.deleteAccount(
        DeleteAccountRequest(password: password), options: clients.options)
    }
    try context.forgetLogin(at: address)
    try context.report(answer) { context.print("deleted the account") }
  }
}

extension CommandContext {
  /// Remembers a login for later commands.
  fileprivate func loggedIn(
    user: String, _ issued: IssuedToken, done: String
  ) throws {
    let address = try server()
    var profile = try profileFile.read()
    let files = try tlsFiles(for: address)
    let login = Profile.Login(
      user: user, token: issued.secret, tls: files?.isEmpty == false ? files : nil)
    profile.remember(login, at: address)
    try profileFile.write(profile)
    try report(issued) { print(done) }
  }

  fileprivate func forgetLogin(at address: ServerAddress) throws {
    var profile = try profileFile.read()
    guard profile.login(at: address) != nil else { return }
    profile.forget(address)
    try profileFile.write(profile)
  }
}
