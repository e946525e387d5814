internal import ArgumentParser
internal import ProtoJSON
internal import RPCCore
internal import Services
internal import Store

/// What the program ends with, for scripts; see `diymld --help`.
enum ExitStatus: Int32 {
  case other = 1
  case faultsFound = 2
  case refused = 3
  case folderInUse = 4
  case newerVersion = 5
  case migrationFailed = 6
  case diskFull = 7

  /// Nothing for errors that are the argument parser's own.
  init?(_ error: any Error) {
    switch error {
    case let error as StoreError: self.init(error)
    case UpkeepError.damagedSource: self = .faultsFound
    case is UpkeepError: self = .refused
    case let status as Status: self.init(UpkeepFailure(status))
    case is FolderHeld: self = .folderInUse
    case is FaultsFound: self = .faultsFound
    case is Interrupted: self = .other
    default: return nil
    }
  }

  private init(_ error: StoreError) {
    switch error {
    case .refused(.newer): self = .newerVersion
    case .refused(.migrationFailed): self = .migrationFailed
    default: self.init(UpkeepFailure(error))
    }
  }

  private init(_ failure: UpkeepFailure) {
    switch failure {
    case .refused: self = .refused
    case .folderInUse: self = .folderInUse
    case .diskFull: self = .diskFull
    case .other: self = .other
    }
  }

  static func message(of error: any Error) -> String {
    guard let status = error as? Status, !status.message.isEmpty else { return "\(error)" }
    return status.message
  }

  /// The error for programs: a line of JSON, of the message that says how a call ended.
  static func json(of error: any Error) throws -> String {
    if let status = error as? Status { return try status.wire.json() }
    guard let status = ExitStatus(error) else {
      return try Status(.invalidArgument, DiymldCommand.message(for: error)).wire.json()
    }
    return try Status(status.code, message(of: error)).wire.json()
  }

  private var code: StatusCode {
    switch self {
    case .refused, .newerVersion: .failedPrecondition
    case .folderInUse: .aborted
    case .diskFull: .resourceExhausted
    case .faultsFound: .dataLoss
    case .other, .migrationFailed: .internal
    }
  }
}

/// Faults that are there still; they have been told.
struct FaultsFound: Error {}

/// Somebody holds a folder and cannot be asked.
struct FolderHeld: Error, CustomStringConvertible {
  let folder: String

  var description: String {
    "'\(folder)' is in use, and no server can be asked there: another command may be at work, or a"
      + " server is just starting or stopping"
  }
}
