import Codec
import RPCCore
import Testing

extension MethodCases {
  /// The cases of every method that takes the address of a project or training of the caller's.
  ///
  /// They try another user's, an unknown one, one that is too long, and texts that are not addresses.
  ///
  /// - Parameters:
  ///   - own: an address that works.
  ///   - field: what the request calls it.
  ///   - request: makes one for an address.
  mutating func addProjectCases<Q: Message>(
    own: String = "trained", field: String = "project",
    _ request: @escaping @Sendable (_ address: String) async throws -> Q
  ) {
    let suffix = own.drop { $0 != "@" }
    refuses(
      .anothers, "project", .notFound, ["project", own.dropLast(suffix.count).lowercased()],
      as: .eve
    ) { _ in
      try await request(own)
    }
    for owner in ["ada", "nobody"] {
      refuses(
        .anothers, "project of \(owner)", .notFound, ["project", "\(owner)/trained"], as: .eve
      ) { _ in
        try await request("\(owner)/trained\(suffix)")
      }
    }
    refuses(.unknownName, "project", .notFound, ["project", "nothing-here"]) { _ in
      try await request("nothing-here\(suffix)")
    }
    refuses(
      .pastBound, "a project name of 65 bytes", .invalidArgument, [field, "65", "64"],
      field: field
    ) { _ in try await request(Texts.bytes(65) + suffix) }
    refuses(
      .pastBound, "an owner of 65 bytes", .invalidArgument, [field, "65", "64"], field: field
    ) { _ in try await request(Texts.bytes(65) + "/trained" + suffix) }
    let longest = Texts.bytes(64) + "/" + Texts.bytes(64)
    refuses(.bound, "two names of 64 bytes", .notFound, [longest]) { _ in
      try await request(longest + suffix)
    }
    for (what, name) in Texts.badNames {
      refuses(
        .wrongArgument, "a project name with \(what)", .invalidArgument, [field], field: field
      ) { _ in try await request(name + suffix) }
    }
    for address in [
      "/trained", "ada/", "ada/trained/1", "trained@", "trained@0", "trained@01", "trained@x",
      "trained@1@1",
    ] {
      refuses(
        .wrongArgument, "the address \(address)", .invalidArgument, [field], field: field
      ) { _ in try await request(address) }
    }
  }
}
