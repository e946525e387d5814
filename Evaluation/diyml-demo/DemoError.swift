/// Why a demonstration could not be given.
enum DemoError: Error, Equatable {
  case badDataSet(String)
  /// The server ended, or never said where it listens; with the end of its log.
  case serverFailed(String)
  /// Images were refused or not answered, so the figures would mislead.
  case jobFailed(String)

  var message: String {
    switch self {
    case .badDataSet(let message), .serverFailed(let message), .jobFailed(let message): message
    }
  }
}
