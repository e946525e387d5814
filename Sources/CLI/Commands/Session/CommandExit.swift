package import RPCCore

/// What a command's exit code means.
///
/// These numbers are a promise to scripts.
package enum CommandExit: Int32, CaseIterable, Sendable {
  case success = 0
  case someItemsFailed = 1
  case local = 2
  case notFound = 3
  case denied = 4
  case unavailable = 5
  case invalid = 6
  case conflict = 7
  case exhausted = 8
  case serverFault = 9
  case trainingEnded = 10
  case usage = 64
  case interrupted = 130

  package init(_ code: StatusCode) {
    self =
      switch code {
      case .ok: .success
      case .cancelled, .aborted, .alreadyExists, .failedPrecondition: .conflict
      case .unknown, .unimplemented, .internal, .dataLoss: .serverFault
      case .invalidArgument, .outOfRange: .invalid
      case .deadlineExceeded, .unavailable: .unavailable
      case .notFound: .notFound
      case .permissionDenied, .unauthenticated: .denied
      case .resourceExhausted: .exhausted
      }
  }

  package var meaning: String {
    switch self {
    case .success: "done"
    case .someItemsFailed: "done in part: some images or calls were refused or failed"
    case .local: "a file, the profile or the terminal on this machine"
    case .notFound: "no such project, image, model ... (NOT_FOUND)"
    case .denied: "not logged in, or not allowed (UNAUTHENTICATED, PERMISSION_DENIED)"
    case .unavailable: "no server, or too slow (UNAVAILABLE, DEADLINE_EXCEEDED)"
    case .invalid: "a value is wrong (INVALID_ARGUMENT, OUT_OF_RANGE)"
    case .conflict:
      "not in this state (ALREADY_EXISTS, FAILED_PRECONDITION, ABORTED, CANCELLED)"
    case .exhausted: "a limit is reached (RESOURCE_EXHAUSTED)"
    case .serverFault: "the server's fault (INTERNAL, UNKNOWN, UNIMPLEMENTED, DATA_LOSS)"
    case .trainingEnded: "the training failed or was cancelled"
    case .usage: "wrong arguments"
    case .interrupted: "interrupted by Ctrl-C"
    }
  }

  /// The table that `diyml --help` shows.
  package static var table: String {
    allCases.map { status in
      TextWidth.pad("\(status.rawValue)", to: 5, trailing: true) + "  " + status.meaning
    }.joined(separator: "\n")
  }
}
