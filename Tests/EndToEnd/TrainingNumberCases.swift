import Codec
import RPCCore
import Testing

extension MethodCases {
  /// The cases of every method that takes the address of a training; `trained` has only the first.
  mutating func addTrainingCases<Q: Message>(
    boundWorks: Bool = true, _ request: @escaping @Sendable (_ training: String) -> Q
  ) {
    addProjectCases(own: "trained@1", field: "training", request)
    for number in [Int32(2), .max] {
      refuses(
        .unknownName, "training \(number)", .notFound, ["training", "\(number)"]
      ) { _ in request("trained@\(number)") }
    }
    refuses(.unknownName, "training of a project without one", .notFound, ["training"]) { _ in
      request("pets@1")
    }
    refuses(
      .pastBound, "a number past 31 bits", .invalidArgument, ["training", "2147483648"],
      field: "training"
    ) { _ in request("trained@2147483648") }
    if boundWorks {
      for address in ["trained@1", "ada/trained@1", "ADA/trained"] {
        accepts(.bound, "the first training as \(address)") { _ in request(address) }
      }
    }
  }
}
