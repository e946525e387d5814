import Codec
import RPCCore
import Testing

extension MethodCases {
  /// The cases of every method that takes the address of a published model.
  mutating func addModelCases<Q: Message>(
    _ request: @escaping @Sendable (_ model: String) -> Q
  ) {
    for person in [Person.ada, .eve] {
      refuses(
        .anothers, "model that is not published, to \(person)", .notFound, ["ada/pets"], as: person
      ) { _ in request("ada/pets") }
    }
    refuses(.unknownName, "an address without its owner", .notFound, ["eve/trained"], as: .eve) {
      _ in
      request("trained")
    }
    for model in ["nobody/trained", "ada/nothing", "ada/trained@2", "ada/trained@2147483647"] {
      refuses(.unknownName, model, .notFound, [model]) { _ in request(model) }
    }
    accepts(.bound, "the first version", as: .eve) { _ in request("ada/trained@1") }
    accepts(.bound, "one's own without the owner") { _ in request("trained") }
    let longest = Texts.bytes(64) + "/" + Texts.bytes(64)
    refuses(.bound, "two names of 64 bytes", .notFound, [longest]) { _ in request(longest) }
    for (what, model) in [
      ("an owner of 65 bytes", Texts.bytes(65) + "/trained"),
      ("a project of 65 bytes", "ada/" + Texts.bytes(65)),
      ("a version past 31 bits", "ada/trained@2147483648"),
      ("far too many bytes", Texts.bytes(100_000)),
    ] {
      refuses(.pastBound, what, .invalidArgument, ["model"], field: "model") { _ in
        request(model)
      }
    }
    for model in [
      "", "/", "ada/", "/trained", "ada/trained/1", "ada/trained@", "ada/trained@0",
      "ada/trained@01", "ada/trained@-1", "ada/trained@x", "ada/trained@1@1", "ada/../eve",
      "../ada/trained", "ada/tra\u{0}ined", "ada/tra\nined", " ada/trained", "ada/trainéd",
    ] {
      refuses(
        .wrongArgument, "the address \(model.debugDescription)", .invalidArgument, ["model"],
        field: "model"
      ) { _ in request(model) }
    }
  }
}
