import Codec
import RPCCore
import Testing

extension MethodCases {
  /// The cases of every method that takes the name of one of the caller's projects: another's, an
  /// unknown one, one that is too long and those that are no names.
  mutating func addProjectCases<Q: Message>(
    own: String = "trained",
    _ request: @escaping @Sendable (_ project: String) async throws -> Q
  ) {
    refuses(.anothers, "project", .notFound, ["project", own], as: .eve) { _ in
      try await request(own)
    }
    refuses(.unknownName, "project", .notFound, ["project", "nothing-here"]) { _ in
      try await request("nothing-here")
    }
    refuses(
      .pastBound, "a project name of 65 bytes", .invalidArgument, ["project", "65", "64"],
      field: "project"
    ) { _ in try await request(Texts.bytes(65)) }
    for (what, name) in Texts.badNames {
      refuses(
        .wrongArgument, "a project name with \(what)", .invalidArgument, ["project"],
        field: "project"
      ) { _ in try await request(name) }
    }
  }
}
