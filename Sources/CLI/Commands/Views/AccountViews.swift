import API

struct TokenView: Encodable {
  let id: Int64
  let label: String
  let scopes: [String]
  let created: String
  let expires: String

  init(_ token: Token) {
    id = token.id
    label = token.label
    scopes = token.scopes.map(ScopeName.text)
    created = Format.time(unixMilliseconds: token.createTimeUnixMs)
    expires = Format.time(unixMilliseconds: token.expireTimeUnixMs)
  }
}

struct IssuedTokenView: Encodable {
  let token: TokenView
  let secret: String
}

struct TokenListView: Encodable {
  let tokens: [TokenView]
}

struct AccountView: Encodable {
  let user: String
  let server: String
  let token: TokenView?
  let created: String?
}

struct ExistsView: Encodable {
  let user: String
  let exists: Bool
}

/// What was done to what, for commands that have nothing else to say.
struct DoneView: Encodable {
  let done: String
  let name: String
}

/// Scopes as the command line spells them.
enum ScopeName {
  static let all: [(name: String, scope: Scope)] = [
    ("read", .read), ("write", .write), ("train", .train), ("publish", .publish),
    ("infer", .infer), ("account", .account),
  ]

  static func text(_ scope: Scope) -> String {
    all.first { $0.scope == scope }?.name ?? "unknown"
  }
}
