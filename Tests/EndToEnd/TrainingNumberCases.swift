import Codec
import RPCCore
import Testing

extension MethodCases {
  /// The cases of every method that takes the number of a training; `trained` has only the first.
  mutating func addTrainingCases<Q: Message>(
    boundWorks: Bool = true,
    _ request: @escaping @Sendable (_ project: String, _ number: Int32) -> Q
  ) {
    for number in [Int32(2), .max] {
      refuses(
        .unknownName, "training \(number)", .notFound, ["training", "\(number)"]
      ) { _ in request("trained", number) }
    }
    refuses(.unknownName, "training of a project without one", .notFound, ["training"]) { _ in
      request("pets", 0)
    }
    if boundWorks {
      accepts(.bound, "the first training") { _ in request("trained", 1) }
    } else {
      none(.bound, "its arguments have no bounds")
    }
  }
}
