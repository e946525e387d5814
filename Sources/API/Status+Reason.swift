internal import Codec
public import RPCCore

extension ErrorReason {
  /// What stands for this project in the details of a status.
  public static let domain = "diyml"

  /// The code of a status that fails for this reason: what the contract's comment begins with.
  public var code: StatusCode {
    switch self {
    case .invalidField, .invalidStream, .invalidImage, .wrongProjectType, .repeatedClass,
      .wrongPassword, .keyRefused:
      .invalidArgument
    case .wrongCredentials, .tokenMissing, .tokenInvalid: .unauthenticated
    case .scopeMissing: .permissionDenied
    case .accountNotFound, .tokenNotFound, .projectNotFound, .imageNotFound, .unknownClass,
      .trainingNotFound, .modelNotFound, .inferenceNotFound:
      .notFound
    case .accountExists, .projectExists, .classExists: .alreadyExists
    case .classInUse, .trainingActive, .trainingEnded, .noModel, .notReady, .keyReused:
      .failedPrecondition
    case .changedMeanwhile: .aborted
    case .limitReached, .tooManyAttempts, .diskFull: .resourceExhausted
    case .temporarilyUnavailable, .serverStopping: .unavailable
    case .damaged: .dataLoss
    case .serverFailed: .internal
    case .unspecified, .unrecognized: .unknown
    }
  }

  /// As details name it: `CLASS_IN_USE`.
  public var name: String {
    "\(self)".reduce(into: "") { $0 += $1.isUppercase ? "_\($1)" : $1.uppercased() }
  }
}

extension Status {
  /// A failure for a reason of the contract, whose code it has.
  ///
  /// - Parameters:
  ///   - reason: Why.
  ///   - message: What happened, for people: names the thing, the value and the limit.
  ///   - metadata: What stands in the message and in no other detail, by names in lowerCamelCase.
  ///   - details: The field, the limit or the thing that it is about.
  public init(
    _ reason: ErrorReason, _ message: String, metadata: [String: String] = [:],
    details: [StatusDetail] = []
  ) {
    let info = ErrorInfo(reason: reason.name, domain: ErrorReason.domain, metadata: metadata)
    self.init(reason.code, message, details: [.errorInfo(info)] + details)
  }

  /// Why the call failed, as the contract names it; `unspecified` for what other layers say.
  public var reason: ErrorReason {
    guard let info, info.domain == ErrorReason.domain else { return .unspecified }
    return ErrorReason.named.first { $0.name == info.reason } ?? .unspecified
  }
}
