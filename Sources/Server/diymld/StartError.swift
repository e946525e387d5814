/// Why the server cannot start, in words for the one who starts it.
enum StartError: Error, Equatable {
  case noProgramPath(String)
  case noEngine(String)
  case noWeights([String])
  case noSocketFolder(String)
}

extension StartError: CustomStringConvertible {
  var description: String {
    switch self {
    case .noProgramPath(let reason): "cannot tell where this program is: \(reason)"
    case .noEngine(let path):
      "there is no engine program at '\(path)'; build it, or name it with --engine PATH"
    case .noSocketFolder(let reason): "cannot make a folder for a socket in /tmp: \(reason)"
    case .noWeights(let places):
      "there are no backbone weights at \(places.map { "'\($0)'" }.joined(separator: " or "));"
        + " run `make setup`, or name them with --weights FILE"
    }
  }
}
