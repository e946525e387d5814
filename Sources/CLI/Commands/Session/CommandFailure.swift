package import RPCCore

/// Why a command ends without having done all it was asked for.
package enum CommandFailure: Error, Equatable {
  /// The arguments do not make sense together.
  case usage(String)
  /// Something on this machine: a file, the profile, the terminal.
  case local(String, hint: String? = nil)
  /// The command needs a login and there is none.
  case notLoggedIn(ServerAddress)
  /// The server's answer, or what became of the connection to it.
  case server(Status, hint: String? = nil)
  /// The rest was done.
  case someItemsFailed(String)
  /// The training that was watched did not succeed.
  case trainingEnded(String)
  /// A person pressed Ctrl-C.
  case interrupted(String)

  package var exitStatus: CommandExit {
    switch self {
    case .usage: .usage
    case .local: .local
    case .notLoggedIn: .denied
    case .server(let status, _): CommandExit(status.code)
    case .someItemsFailed: .someItemsFailed
    case .trainingEnded: .trainingEnded
    case .interrupted: .interrupted
    }
  }

  /// What went wrong, then in a second part what to do about it, if anything is known to help.
  package var explanation: (message: String, hint: String?) {
    switch self {
    case .usage(let message): (message, "see --help")
    case .local(let message, let hint): (message, hint)
    case .notLoggedIn(let address):
      ("not logged in at \(address)", "diyml account login USER, or set DIYML_TOKEN")
    case .server(let status, let hint): (Self.text(of: status), hint ?? Self.hint(for: status.code))
    case .someItemsFailed(let message), .trainingEnded(let message), .interrupted(let message):
      (message, nil)
    }
  }

  /// The failure as one line of JSON: the message of the contract that says how a call ended, and the
  /// hint.
  var json: String {
    get throws { try ResultJSON.line(status.wire, adding: ["hint": explanation.hint]) }
  }

  /// What a call would end with that fails like this.
  private var status: Status {
    let code: StatusCode
    switch self {
    case .server(let status, _): return status
    case .usage: code = .invalidArgument
    case .local: code = .failedPrecondition
    case .notLoggedIn: code = .unauthenticated
    case .someItemsFailed, .trainingEnded: code = .aborted
    case .interrupted: code = .cancelled
    }
    return Status(code, explanation.message)
  }

  private static func text(of status: Status) -> String {
    let name = status.code.description
    return status.message.isEmpty ? name : "\(status.message) [\(name)]"
  }

  private static func hint(for code: StatusCode) -> String? {
    switch code {
    case .unauthenticated: "diyml account login USER"
    case .permissionDenied: "diyml account whoami shows what your token may do"
    case .unavailable: "is the server running? diymld --data DIR starts one; --server says where"
    case .deadlineExceeded: "the server is slow or far; try again"
    case .resourceExhausted: "wait a little and try again, or send less"
    case .failedPrecondition: "diyml data analyze PROJECT says what is missing"
    case .internal, .unknown, .dataLoss: "the server's log says more"
    case .ok, .cancelled, .invalidArgument, .notFound, .alreadyExists, .aborted, .outOfRange,
      .unimplemented:
      nil
    }
  }
}

extension StatusCode {
  /// The name of a code as answers about single images carry it.
  static func name(of number: Int32) -> String {
    UInt8(exactly: number).flatMap(StatusCode.init(rawValue:))?.description ?? "code \(number)"
  }
}

extension Optional {
  /// What the answer of a server has to hold.
  ///
  /// - Throws: `INTERNAL` when it does not.
  func required(_ what: String) throws -> Wrapped {
    guard let self else { throw Status(.internal, "the server answered without \(what)") }
    return self
  }
}
