import API
import ArgumentParser
import Codec
import RPCCore
import WellKnownTypes

/// The commands about tokens.
struct TokenGroup: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "token",
    abstract: "Manage tokens: logins for programs, with limited rights.",
    discussion: "EXAMPLE: diyml token create camera --scope infer --days 90",
    subcommands: [TokenList.self, TokenCreate.self, TokenRevoke.self])
}

struct TokenList: ClientCommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "List the tokens that are valid now.",
    discussion: "EXAMPLE: diyml token list")

  @OptionGroup var global: GlobalOptions

  func perform(in context: CommandContext) async throws {
    let answer = try await context.connected { clients in
      try await ListTokensResponse.joined(\.tokens) { size, page in
        try await clients.auth.listTokens(
          ListTokensRequest(pageSize: size, pageToken: page), options: clients.options)
      }
    }
    try context.report(answer) {
      let table = Table(
        [.init("ID", isNumeric: true), .init("LABEL"), .init("SCOPES"), .init("EXPIRES")],
        rows: answer.tokens.map { token in
          [
            "\(token.id)", token.label, token.scopeWords,
            Format.time(token.expireTime),
          ]
        })
      context.print(table, ifEmpty: "no tokens")
    }
  }
}

extension Token {
  /// `read infer`.
  var scopeWords: String { scopes.map(\.word).joined(separator: " ") }
}

/// A scope as an argument.
struct ScopeArgument: ExpressibleByArgument, Sendable {
  let scope: Scope

  init?(argument: String) {
    guard let scope = Scope.named.first(where: { $0.word == argument }) else { return nil }
    self.scope = scope
  }

  static var allValueStrings: [String] { Scope.named.map(\.word) }
}

struct TokenCreate: ClientCommand {
  static let configuration = CommandConfiguration(
    commandName: "create",
    abstract: "Make a token; its secret is shown once.",
    discussion: "EXAMPLE: diyml token create camera --scope infer --days 90")

  private static let secondsPerDay: Int64 = 86_400

  @Argument(help: "What to call it: at most 64 bytes.") var label: String
  @Option(name: .customLong("scope"), help: "What it may do; may be given more than once.")
  var scopes: [ScopeArgument] = []
  @Option(help: "Days until it expires: 1 to 365.") var days: Int64 = 30
  @OptionGroup var global: GlobalOptions

  func validate() throws {
    guard !scopes.isEmpty else {
      let names = ScopeArgument.allValueStrings.joined(separator: ", ")
      throw ValidationError("Say what the token may do: --scope with one of \(names).")
    }
    guard (1...365).contains(days) else {
      throw ValidationError("--days is \(days); it may be 1 to 365.")
    }
  }

  func perform(in context: CommandContext) async throws {
    let request = CreateTokenRequest(
      label: label, scopes: scopes.map(\.scope),
      lifetime: ProtoDuration(.seconds(days * Self.secondsPerDay)))
    let issued = try await context.connected { clients in
      try await clients.auth.createToken(request, options: clients.keyedOptions)
    }
    let token = try issued.token.required("a token")
    try context.report(issued, showsSecrets: true) {
      context.note("token \(token.id); this is the only time it is shown:")
      context.print(issued.secret)
    }
  }
}

struct TokenRevoke: ClientCommand {
  static let configuration = CommandConfiguration(
    commandName: "revoke",
    abstract: "Make a token useless.",
    discussion: "EXAMPLE: diyml token revoke 3")

  @Argument(help: "The token's number in 'token list'.") var id: Int64
  @OptionGroup var global: GlobalOptions

  func validate() throws {
    guard id > 0 else { throw ValidationError("Token \(id): numbers begin at 1.") }
  }

  func perform(in context: CommandContext) async throws {
    let answer = try await context.connected { clients in
      try await clients.auth.revokeToken(
        RevokeTokenRequest(token: .id(id)), options: clients.keyedOptions)
    }
    try context.report(answer) { context.print("revoked token \(id)") }
  }
}
