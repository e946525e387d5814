/// How a call ended: gRPC's codes, with gRPC's numbers and meanings.
public enum StatusCode: UInt8, Sendable, CaseIterable {
  /// The call did what was asked.
  case ok = 0
  /// The caller gave up.
  case cancelled = 1
  /// An error of a kind that the sender could not name.
  case unknown = 2
  /// The request is wrong, whatever the state of the system.
  case invalidArgument = 3
  /// The time given to the call ran out; what it asked for may still have happened.
  case deadlineExceeded = 4
  /// What was asked for does not exist, or not for this caller.
  case notFound = 5
  /// What was to be made exists already.
  case alreadyExists = 6
  /// The caller is known and may not do this.
  case permissionDenied = 7
  /// A limit or quota was reached.
  case resourceExhausted = 8
  /// The system is not in the state that the request needs; retrying alone does not help.
  case failedPrecondition = 9
  /// A concurrent change got in the way; the larger step may be tried again.
  case aborted = 10
  /// Past the valid range, which may change as the system does.
  case outOfRange = 11
  /// No such method, or not in this version.
  case unimplemented = 12
  /// A fault of the server; its log says more.
  case `internal` = 13
  /// The peer cannot be reached or is stopping; retrying may help.
  case unavailable = 14
  /// Data was lost or damaged beyond repair.
  case dataLoss = 15
  /// The caller did not prove who they are.
  case unauthenticated = 16
}

extension StatusCode: CustomStringConvertible {
  /// The code as gRPC writes it: `DEADLINE_EXCEEDED`.
  public var description: String {
    switch self {
    case .ok: "OK"
    case .cancelled: "CANCELLED"
    case .unknown: "UNKNOWN"
    case .invalidArgument: "INVALID_ARGUMENT"
    case .deadlineExceeded: "DEADLINE_EXCEEDED"
    case .notFound: "NOT_FOUND"
    case .alreadyExists: "ALREADY_EXISTS"
    case .permissionDenied: "PERMISSION_DENIED"
    case .resourceExhausted: "RESOURCE_EXHAUSTED"
    case .failedPrecondition: "FAILED_PRECONDITION"
    case .aborted: "ABORTED"
    case .outOfRange: "OUT_OF_RANGE"
    case .unimplemented: "UNIMPLEMENTED"
    case .internal: "INTERNAL"
    case .unavailable: "UNAVAILABLE"
    case .dataLoss: "DATA_LOSS"
    case .unauthenticated: "UNAUTHENTICATED"
    }
  }
}
