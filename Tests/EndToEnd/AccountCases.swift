import API
import Codec
import RPCCore
import TestSupport
import Testing

/// The cases of accounts: `UserExists`, `CreateAccount`, `Login`, `DeleteAccount`, `ChangePassword`.
enum AccountCases {
  static let all = [userExists, createAccount, login, deleteAccount, changePassword]

  static let userExists = MethodCases(
    AuthMethods.userExists, needs: .nothing, request: { _ in UserExistsRequest(user: "ada") }
  ) { cases in
    cases.succeeds("in whatever case of letters") { world in
      for name in ["ada", "ADA", "Ada"] {
        let response = try await world.auth.userExists(UserExistsRequest(user: name))
        #expect(response.exists, "\(name)")
      }
    }
    cases.none(.anothers, "names of accounts are everyone's to ask for")
    cases.checks(.unknownName, "a free name") { world in
      let response = try await world.auth.userExists(UserExistsRequest(user: world.newName()))
      #expect(!response.exists)
    }
    for count in [1, 64] {
      cases.accepts(.bound, "a name of \(count) bytes", as: .stranger(authorization: nil)) { _ in
        UserExistsRequest(user: Texts.bytes(count))
      }
    }
    cases.refuses(
      .pastBound, "a name of 65 bytes", .invalidArgument, ["65", "64"], field: "user"
    ) { _ in UserExistsRequest(user: Texts.bytes(65)) }
    for (what, name) in Texts.badNames {
      cases.refuses(.wrongArgument, what, .invalidArgument, ["user"], field: "user") { _ in
        UserExistsRequest(user: name)
      }
    }
  }

  static let createAccount = MethodCases(
    AuthMethods.createAccount, needs: .nothing,
    request: { CreateAccountRequest(user: $0.newName(), password: World.password) }
  ) { cases in
    cases.succeeds("and logs in with every scope") { world in
      let user = world.newName()
      let response = try await world.auth.createAccount(
        CreateAccountRequest(user: user, password: World.password))
      let issued = response
      let who = try await world.auth.whoAmI(
        WhoAmIRequest(), options: World.options(token: issued.secret))
      #expect(who.user == user)
      #expect(who.token == issued.token)
      #expect(Set(try #require(who.token).scopes) == Set(World.scopes))
      #expect(issued.secret.utf8.count >= 43, "256 bits take 43 characters of base64")
    }
    for name in ["ada", "ADA"] {
      cases.refuses(.anothers, "the taken name \(name)", .alreadyExists, [name]) { _ in
        CreateAccountRequest(user: name, password: World.password)
      }
    }
    cases.none(.unknownName, "it makes what it names")
    for user in ["q", Texts.bytes(64)] {
      cases.accepts(.bound, "a name of \(user.utf8.count) bytes") { _ in
        CreateAccountRequest(user: user, password: World.password)
      }
    }
    for count in [8, 256] {
      cases.accepts(.bound, "a password of \(count) bytes") { world in
        CreateAccountRequest(user: world.newName(), password: Texts.bytes(count))
      }
    }
    cases.refuses(
      .pastBound, "a name of 65 bytes", .invalidArgument, ["user", "65", "64"], field: "user"
    ) { _ in CreateAccountRequest(user: Texts.bytes(65), password: World.password) }
    for count in [0, 7, 257] {
      let bound = count < 8 ? "8" : "256"
      cases.refuses(
        .pastBound, "a password of \(count) bytes", .invalidArgument,
        ["password", "\(count)", bound], field: "password"
      ) { CreateAccountRequest(user: $0.newName(), password: Texts.bytes(count)) }
    }
    for (what, name) in Texts.badNames {
      cases.refuses(.wrongArgument, what, .invalidArgument, ["user"], field: "user") { _ in
        CreateAccountRequest(user: name, password: World.password)
      }
    }
  }

  static let login = MethodCases(
    AuthMethods.login, needs: .nothing,
    request: { _ in LoginRequest(user: "ada", password: World.password) }
  ) { cases in
    cases.succeeds("and lists the token under its label") { world in
      let response = try await world.auth.login(
        LoginRequest(user: "Ada", password: World.password, tokenLabel: "laptop"))
      let issued = response
      let who = try await world.auth.whoAmI(
        WhoAmIRequest(), options: World.options(token: issued.secret))
      #expect(who.user == "ada")
      #expect(who.token?.label == "laptop")
      #expect(Set(try #require(who.token).scopes) == Set(World.scopes))
    }
    cases.none(.anothers, "whoever has the password is the owner")
    cases.checks(.unknownName, "says the same of an unknown name and of a wrong password") {
      world in
      let statuses = await [("nobody", World.password), ("ada", "wrong password")].asyncMap {
        user, password in
        await status { try await world.auth.login(LoginRequest(user: user, password: password)) }
      }
      #expect(statuses[0] == statuses[1])
      #expect(statuses[0]?.code == .unauthenticated)
    }
    cases.accepts(.bound, "a label of 64 bytes") { _ in
      LoginRequest(user: "ada", password: World.password, tokenLabel: Texts.bytes(64))
    }
    cases.refuses(.bound, "a wrong password of 256 bytes", .unauthenticated, ["password"]) { _ in
      LoginRequest(user: "ada", password: Texts.bytes(256))
    }
    cases.refuses(.bound, "an unknown name of 64 bytes", .unauthenticated, ["password"]) { _ in
      LoginRequest(user: "u" + Texts.bytes(63), password: World.password)
    }
    cases.refuses(
      .pastBound, "a label of 65 bytes", .invalidArgument, ["label", "65", "64"],
      field: "token_label"
    ) { _ in LoginRequest(user: "ada", password: World.password, tokenLabel: Texts.bytes(65)) }
    cases.refuses(
      .pastBound, "a password of 257 bytes", .invalidArgument, ["password", "257", "256"],
      field: "password"
    ) { _ in LoginRequest(user: "ada", password: Texts.bytes(257)) }
    cases.refuses(
      .pastBound, "no password", .invalidArgument, ["password", "0", "1"], field: "password"
    ) { _ in LoginRequest(user: "ada", password: "") }
    cases.refuses(
      .pastBound, "a name of 65 bytes", .invalidArgument, ["user", "65", "64"], field: "user"
    ) { _ in LoginRequest(user: Texts.bytes(65), password: World.password) }
    for (what, name) in Texts.badNames {
      cases.refuses(.wrongArgument, what, .invalidArgument, ["user"], field: "user") { _ in
        LoginRequest(user: name, password: World.password)
      }
    }
  }

  static let deleteAccount = MethodCases(
    AuthMethods.deleteAccount, needs: .scope(.account),
    request: { _ in DeleteAccountRequest(password: World.password) }
  ) { cases in
    cases.succeeds("and takes everything with it") { world in
      let (user, options) = try await world.makeAccount()
      _ = try await world.data.createProject(
        CreateProjectRequest(project: "pets", type: .classification), options: options)
      _ = try await world.data.putImage(
        PutImageRequest(
          project: "pets", image: .init(SyntheticImages.blobs(.red, seed: 2_000))),
        options: options)
      _ = try await world.auth.deleteAccount(
        DeleteAccountRequest(password: World.password), options: options)
      let exists = try await world.auth.userExists(UserExistsRequest(user: user)).exists
      #expect(!exists)
      let refused = await status {
        try await world.auth.whoAmI(WhoAmIRequest(), options: options)
      }
      #expect(refused?.code == .unauthenticated)
      let again = try await world.auth.createAccount(
        CreateAccountRequest(user: user, password: World.password))
      let projects = try await world.data.listProjects(
        ListProjectsRequest(),
        options: World.options(token: again.secret)
      ).projects
      #expect(projects.isEmpty)
    }
    cases.none(.anothers, "it names nothing but the caller's own")
    cases.none(.unknownName, "it names nothing but the caller's own")
    for count in [1, 256] {
      cases.refuses(
        .bound, "a wrong password of \(count) bytes", .invalidArgument, ["password"],
        field: "password"
      ) { _ in DeleteAccountRequest(password: Texts.bytes(count)) }
    }
    for count in [0, 257] {
      cases.refuses(
        .pastBound, "a password of \(count) bytes", .invalidArgument, ["\(count)", "256"],
        field: "password"
      ) { _ in DeleteAccountRequest(password: Texts.bytes(count)) }
    }
    cases.refuses(
      .wrongArgument, "a wrong password", .invalidArgument, ["password"], field: "password"
    ) { _ in DeleteAccountRequest(password: "wrong password") }
  }

  static let changePassword = MethodCases(
    AuthMethods.changePassword, needs: .scope(.account),
    request: { _ in
      ChangePasswordRequest(oldPassword: World.password, newPassword: World.password)
    }
  ) { cases in
    cases.succeeds("and revokes every other token") { world in
      let (user, options) = try await world.makeAccount()
      let other = try await world.auth.login(LoginRequest(user: user, password: World.password))
      _ = try await world.auth.changePassword(
        ChangePasswordRequest(oldPassword: World.password, newPassword: "another password"),
        options: options)
      _ = try await world.auth.whoAmI(WhoAmIRequest(), options: options)
      let revoked = await status {
        try await world.auth.whoAmI(
          WhoAmIRequest(), options: World.options(token: other.secret))
      }
      #expect(revoked?.code == .unauthenticated)
      let old = await status {
        try await world.auth.login(LoginRequest(user: user, password: World.password))
      }
      #expect(old?.code == .unauthenticated)
      _ = try await world.auth.login(LoginRequest(user: user, password: "another password"))
    }
    cases.none(.anothers, "it names nothing but the caller's own")
    cases.none(.unknownName, "it names nothing but the caller's own")
    for count in [8, 256] {
      cases.checks(.bound, "a new password of \(count) bytes") { world in
        let (_, options) = try await world.makeAccount()
        _ = try await world.auth.changePassword(
          ChangePasswordRequest(oldPassword: World.password, newPassword: Texts.bytes(count)),
          options: options)
      }
    }
    for count in [7, 257] {
      cases.refuses(
        .pastBound, "a new password of \(count) bytes", .invalidArgument,
        ["password", "\(count)", count < 8 ? "8" : "256"], field: "new_password"
      ) { _ in
        ChangePasswordRequest(oldPassword: World.password, newPassword: Texts.bytes(count))
      }
    }
    cases.refuses(
      .wrongArgument, "a wrong old password", .invalidArgument, ["password"],
      field: "old_password"
    ) { _ in
      ChangePasswordRequest(oldPassword: "wrong password", newPassword: "another password")
    }
  }
}

/// The status with which a call is refused; nothing if it works or throws something else.
func status<R>(of call: () async throws -> R) async -> Status? {
  do {
    _ = try await call()
    return nil
  } catch {
    return error as? Status
  }
}

extension Sequence {
  /// Maps one after the other.
  func asyncMap<T>(_ transform: (Element) async throws -> T) async rethrows -> [T] {
    var results: [T] = []
    for element in self { results.append(try await transform(element)) }
    return results
  }
}
