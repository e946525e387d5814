import API
import Codec
import RPCCore
import TestSupport
import Testing

/// What a case is about.
///
/// A method needs a case of every kind, or a reason why it has none.
enum CaseKind: String, CaseIterable, Sendable {
  case success
  case missingToken = "no token"
  case wrongToken = "bad token"
  case missingScope = "no scope"
  /// A project, token or inference that is another user's.
  case anothers = "another's"
  case unknownName = "unknown"
  case bound = "at bound"
  case pastBound = "past it"
  case wrongArgument = "wrong arg"
}

/// Who makes a call.
enum Person: Hashable, Sendable {
  /// Owns what the world holds.
  case ada
  /// Another user, with nothing of her own.
  case eve
  /// Ada with a token of every scope but one.
  case adaWithout(Scope)
  /// Says this in the metadata; nothing leaves it out.
  case stranger(authorization: String?)
}

/// One call of a method, with what must come of it.
struct Case: Sendable {
  let kind: CaseKind
  let name: String
  /// Gives the reason of a refusal; throws `Refusal.Unexpected`, or whatever a call throws that
  /// should have worked.
  let run: @Sendable (World) async throws -> ErrorReason?
}

/// How a call must be refused.
struct Refusal: Sendable {
  let code: StatusCode
  /// What its message must hold: the thing, the value and the limit.
  let words: [String]
  /// The field that a detail must name, where one must.
  var field: String?
  /// Whether the call does not reach the service, and so has no reason of the contract.
  var isOfRPC = false

  struct Unexpected: Error, CustomStringConvertible {
    let description: String
  }

  /// Checks what a call threw; gives its reason, which every refusal has, and with it its code.
  func check(_ error: any Error) throws -> ErrorReason {
    guard let status = error as? Status else {
      throw Unexpected(description: "threw \(error) instead of a status")
    }
    guard status.code == code else {
      throw Unexpected(description: "\(code) was to come, and \(status) came")
    }
    for word in words where !status.message.contains(word) {
      throw Unexpected(description: "the message '\(status.message)' does not name '\(word)'")
    }
    if status.message.isEmpty || status.message.unicodeScalars.contains(where: \.isControl) {
      throw Unexpected(description: "the message \(status.message.debugDescription) is unreadable")
    }
    let reason = status.reason
    guard isOfRPC ? reason == .unspecified : reason.code == status.code else {
      throw Unexpected(description: "\(status) has the reason \(reason)")
    }
    guard let field else { return reason }
    let named = status.details.compactMap { detail -> String? in
      switch detail {
      case .fieldViolation(let field, _): field
      case .limitExceeded, .retryAfter, .unprocessed, .resource, .errorInfo: nil
      }
    }
    guard named.contains(field) else {
      throw Unexpected(
        description: "no detail names the field '\(field)', but \(status.details) with \(status)")
    }
    return reason
  }
}

extension Unicode.Scalar {
  fileprivate var isControl: Bool { properties.generalCategory == .control }
}

/// The cases of one method.
struct MethodCases: Sendable {
  let method: MethodDescriptor
  private(set) var cases: [Case] = []
  private(set) var reasonsWithout: [CaseKind: String] = [:]

  /// What a method wants of the token of a call.
  enum Need {
    case nothing
    case anyToken
    case scope(Scope)
  }

  /// For methods to which a caller sends one message; `request` makes one that would succeed.
  init<Q: Message>(
    _ method: MethodDescriptor, needs need: Need,
    request: @escaping @Sendable (World) async throws -> Q,
    _ add: (inout MethodCases) -> Void
  ) {
    self.init(method, needs: need, requests: { [try await request($0)] }, add)
  }

  /// For methods to which a caller sends several messages; `requests` makes some that would succeed.
  init<Q: Message>(
    _ method: MethodDescriptor, needs need: Need,
    requests: @escaping @Sendable (World) async throws -> [Q],
    _ add: (inout MethodCases) -> Void
  ) {
    self.method = method
    switch need {
    case .nothing:
      let reason = "it takes no token"
      for kind in [CaseKind.missingToken, .wrongToken, .missingScope] { none(kind, reason) }
    case .anyToken: addTokenCases(.account, anyScopeWill: true, requests)
    case .scope(let scope): addTokenCases(scope, anyScopeWill: false, requests)
    }
    add(&self)
  }

  /// Says why the method has no case of a kind.
  mutating func none(_ kind: CaseKind, _ reason: String) { reasonsWithout[kind] = reason }

  /// A call that works and what must be true of its answer.
  mutating func succeeds(
    _ name: String, _ body: @escaping @Sendable (World) async throws -> Void
  ) {
    checks(.success, name, body)
  }

  /// A refusal that needs more than one call to see; the body gives its reason.
  mutating func checksReason(
    _ kind: CaseKind, _ name: String,
    _ body: @escaping @Sendable (World) async throws -> ErrorReason?
  ) {
    cases.append(Case(kind: kind, name: name, run: body))
  }

  /// Whatever needs more than one call to see.
  mutating func checks(
    _ kind: CaseKind, _ name: String, _ body: @escaping @Sendable (World) async throws -> Void
  ) {
    cases.append(
      Case(kind: kind, name: name) { world in
        try await body(world)
        return nil
      })
  }

  /// A call that works.
  mutating func accepts<Q: Message>(
    _ kind: CaseKind, _ name: String, as person: Person = .ada,
    _ request: @escaping @Sendable (World) async throws -> Q
  ) {
    let requests: @Sendable (World) async throws -> [Q] = { [try await request($0)] }
    accepts(kind, name, as: person, requests)
  }

  private mutating func accepts<Q: Message>(
    _ kind: CaseKind, _ name: String, as person: Person,
    _ requests: @escaping @Sendable (World) async throws -> [Q]
  ) {
    let method = self.method
    checks(kind, name) { world in
      try await world.call(method, requests(world), as: person)
    }
  }

  /// A call that is refused.
  mutating func refuses<Q: Message>(
    _ kind: CaseKind, _ name: String, _ code: StatusCode, _ words: [String],
    field: String? = nil, isOfRPC: Bool = false, as person: Person = .ada,
    _ request: @escaping @Sendable (World) async throws -> Q
  ) {
    let request: @Sendable (World) async throws -> [Q] = { [try await request($0)] }
    refuses(
      kind, name, code, words, field: field, isOfRPC: isOfRPC, as: person, requests: request)
  }

  /// A call with several messages that is refused.
  mutating func refuses<Q: Message>(
    _ kind: CaseKind, _ name: String, _ code: StatusCode, _ words: [String],
    field: String? = nil, isOfRPC: Bool = false, as person: Person = .ada,
    requests: @escaping @Sendable (World) async throws -> [Q]
  ) {
    let method = self.method
    let refusal = Refusal(code: code, words: words, field: field, isOfRPC: isOfRPC)
    cases.append(
      Case(kind: kind, name: name) { world in
        let requests = try await requests(world)
        do {
          try await world.call(method, requests, as: person)
        } catch {
          return try refusal.check(error)
        }
        throw Refusal.Unexpected(description: "\(code) was to come, and the call succeeded")
      })
  }

  private mutating func addTokenCases<Q: Message>(
    _ scope: Scope, anyScopeWill: Bool, _ requests: @escaping @Sendable (World) async throws -> [Q]
  ) {
    let strangers: [(CaseKind, String, String?, String)] = [
      (.missingToken, "without authorization", nil, "authorization"),
      (.missingToken, "an empty authorization", "", "authorization"),
      (
        .wrongToken, "a token of nobody", "Bearer diyml_" + String(repeating: "A", count: 43),
        "token"
      ),
      (.wrongToken, "no token after Bearer", "Bearer ", "token"),
      (.wrongToken, "another kind of authorization", "Basic YWRhOnBhc3N3b3Jk", "authorization"),
    ]
    for (kind, name, authorization, word) in strangers {
      refuses(
        kind, name, .unauthenticated, [word], as: .stranger(authorization: authorization),
        requests: requests)
    }
    if anyScopeWill {
      accepts(.missingScope, "a token of every other scope", as: .adaWithout(scope), requests)
    } else {
      refuses(
        .missingScope, "a token of every other scope", .permissionDenied, ["scope", "\(scope)"],
        as: .adaWithout(scope), requests: requests)
    }
  }
}
