/// Why an engine could not be started.
package enum EngineHostError: Error, Equatable {
  /// The folder for sockets cannot be made.
  case folder(String, errno: Int32)
  /// A socket's path is longer than the system allows.
  case pathTooLong(String, limit: Int)
  /// The program ended, or said something else, before it was ready.
  case notReady(String)
  /// The program was not ready in time.
  case slowStart(Duration)
}

extension EngineHostError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .folder(let path, let errno): "the folder \(path) cannot be made: error \(errno)"
    case .pathTooLong(let path, let limit):
      "the socket's path \(path) has \(path.utf8.count) bytes; the limit is \(limit)"
    case .notReady(let reason): "an engine did not start: \(reason)"
    case .slowStart(let limit): "an engine was not ready within \(limit)"
    }
  }
}
