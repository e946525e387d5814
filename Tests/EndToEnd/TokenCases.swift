import API
import RPCCore
import TestSupport
import Testing
import WellKnownTypes

/// The cases of tokens: `WhoAmI`, `ListTokens`, `CreateToken`, `RevokeToken`.
enum TokenCases {
  static let all = [whoAmI, listTokens, createToken, revokeToken]

  static let whoAmI = MethodCases(
    AuthMethods.whoAmI, needs: .anyToken, request: { _ in WhoAmIRequest() }
  ) { cases in
    cases.succeeds("names the account and the token") { world in
      let who = try await world.auth.whoAmI(WhoAmIRequest(), options: world.options(.eve))
      #expect(who.user == "eve")
      let token = try #require(who.token)
      #expect(token.id > 0)
      let (made, ends) = (try #require(token.createTime), try #require(token.expireTime))
      #expect(made.sinceEpoch >= (try #require(who.createTime)).sinceEpoch)
      #expect(ends.sinceEpoch > made.sinceEpoch)
    }
    for kind in [CaseKind.anothers, .unknownName, .bound, .pastBound, .wrongArgument] {
      cases.none(kind, "it takes no argument")
    }
  }

  static let listTokens = MethodCases(
    AuthMethods.listTokens, needs: .scope(.account), request: { _ in ListTokensRequest() }
  ) { cases in
    cases.succeeds("oldest first, in pages") { world in
      let all = try await world.auth.listTokens(
        ListTokensRequest(pageSize: 1_000), options: world.options()
      ).tokens
      #expect(all.count > World.scopes.count)
      #expect(all.map(\.id) == all.map(\.id).sorted())
      let paged = try await everyPage { token in
        let page = try await world.auth.listTokens(
          ListTokensRequest(pageSize: 2, pageToken: token), options: world.options())
        #expect(page.tokens.count <= 2)
        return (page.tokens, page.nextPageToken)
      }
      #expect(paged == all)
    }
    cases.checks(.anothers, "tokens are not listed") { world in
      let tokens = try await world.auth.listTokens(
        ListTokensRequest(), options: world.options(.eve)
      ).tokens
      #expect(tokens.count == 1)
    }
    cases.none(.unknownName, "it names nothing but the caller's own")
    cases.addPageCases { ListTokensRequest(pageSize: $0, pageToken: $1) }
  }

  static let createToken = MethodCases(
    AuthMethods.createToken, needs: .scope(.account),
    request: { _ in CreateTokenRequest(label: "reader", scopes: [.read]) }
  ) { cases in
    cases.succeeds("that may do what it was made for and no more") { world in
      let response = try await world.auth.createToken(
        CreateTokenRequest(
          label: "reader", scopes: [.read], lifetime: ProtoDuration(.seconds(3_600))),
        options: world.options())
      let issued = response
      let token = try #require(issued.token)
      #expect(token.label == "reader")
      #expect(token.scopes == [.read])
      #expect(token.lifetime == .seconds(3_600))
      let options = World.options(token: issued.secret)
      _ = try await world.data.getProject(GetProjectRequest(project: "pets"), options: options)
      let refused = await status {
        try await world.data.createProject(
          CreateProjectRequest(project: world.newName(), type: .classification), options: options)
      }
      #expect(refused?.code == .permissionDenied)
    }
    cases.succeeds("for 30 days unless told otherwise") { world in
      let response = try await world.auth.createToken(
        CreateTokenRequest(scopes: [.infer]), options: world.options())
      let token = try #require(response.token)
      #expect(token.lifetime == .seconds(2_592_000))
    }
    cases.succeeds("that dies when its time has come") { world in
      let response = try await world.auth.createToken(
        CreateTokenRequest(scopes: [.read], lifetime: ProtoDuration(.seconds(1))),
        options: world.options())
      let options = World.options(token: response.secret)
      try await eventually(within: .seconds(10), "the end of a token") {
        await status {
          try await world.data.listProjects(ListProjectsRequest(), options: options)
        }?.code == .unauthenticated
      }
    }
    cases.none(.anothers, "it names nothing but the caller's own")
    cases.none(.unknownName, "it makes what it names")
    cases.accepts(.bound, "a label of 64 bytes and a year") { _ in
      CreateTokenRequest(
        label: Texts.bytes(64), scopes: World.scopes, lifetime: ProtoDuration(.seconds(31_536_000)))
    }
    cases.refuses(
      .pastBound, "a label of 65 bytes", .invalidArgument, ["label", "65", "64"], field: "label"
    ) { _ in CreateTokenRequest(label: Texts.bytes(65), scopes: [.read]) }
    for lifetime in [
      ProtoDuration(seconds: 31_536_000, nanos: 1), ProtoDuration(seconds: .max), ProtoDuration(),
      ProtoDuration(seconds: -1),
    ] {
      cases.refuses(
        .pastBound, "a lifetime of \(lifetime.duration)", .invalidArgument,
        ["lifetime", "\(lifetime.duration)", "31536000"], field: "lifetime"
      ) { _ in CreateTokenRequest(scopes: [.read], lifetime: lifetime) }
    }
    for (what, scopes) in [
      ("no scope", []), ("an unspecified scope", [.unspecified]),
      ("an unknown scope", [.read, .unrecognized(99)]),
    ] as [(String, [Scope])] {
      cases.refuses(.wrongArgument, what, .invalidArgument, ["scope"]) { _ in
        CreateTokenRequest(scopes: scopes)
      }
    }
    cases.refuses(
      .wrongArgument, "a scope that the caller's token lacks", .permissionDenied,
      ["scope", "train"],
      as: .adaWithout(.train)
    ) { _ in CreateTokenRequest(scopes: [.train]) }
  }

  static let revokeToken = MethodCases(
    AuthMethods.revokeToken, needs: .scope(.account),
    request: { _ in RevokeTokenRequest(token: .id(999_999)) }
  ) { cases in
    for isOwn in [true, false] {
      cases.succeeds(isOwn ? "the token of the call" : "another token of the caller") { world in
        let (user, options) = try await world.makeAccount()
        let login = try await world.auth.login(LoginRequest(user: user, password: World.password))
        let issued = login
        let revoked = World.options(token: issued.secret)
        let id = try #require(issued.token).id
        let token: RevokeTokenRequest.Token = isOwn ? .current(ProtoEmpty()) : .id(id)
        _ = try await world.auth.revokeToken(
          RevokeTokenRequest(token: token), options: isOwn ? revoked : options)
        let refused = await status {
          try await world.auth.whoAmI(WhoAmIRequest(), options: revoked)
        }
        #expect(refused?.code == .unauthenticated)
        _ = try await world.auth.whoAmI(WhoAmIRequest(), options: options)
      }
    }
    cases.checks(.anothers, "token is not found") { world in
      let ada = try await world.auth.whoAmI(WhoAmIRequest(), options: world.options())
      let id = try #require(ada.token).id
      let refused = await status {
        try await world.auth.revokeToken(
          RevokeTokenRequest(token: .id(id)), options: world.options(.eve))
      }
      #expect(refused?.code == .notFound)
      _ = try await world.auth.whoAmI(WhoAmIRequest(), options: world.options())
    }
    for id in [Int64(999_999), .max] {
      cases.refuses(.unknownName, "token \(id)", .notFound, ["token", "\(id)"]) { _ in
        RevokeTokenRequest(token: .id(id))
      }
    }
    cases.none(.bound, "its arguments have no bounds")
    cases.none(.pastBound, "its arguments have no bounds")
    cases.refuses(.wrongArgument, "a negative number", .notFound, ["token", "-1"]) { _ in
      RevokeTokenRequest(token: .id(-1))
    }
    cases.refuses(.wrongArgument, "no token", .invalidArgument, ["id", "current"], field: "token") {
      _ in RevokeTokenRequest()
    }
  }
}

extension Token {
  fileprivate var lifetime: Duration? {
    guard let createTime, let expireTime else { return nil }
    return expireTime.sinceEpoch - createTime.sinceEpoch
  }
}
