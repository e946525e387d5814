import Codec

/// What in the .proto files the generator cannot turn into Swift.
enum GeneratorError: Error, Equatable {
  case unknownParameter(String)
  case unknownType(String)
  case groupField(String)
  case sameName(String, first: String, second: String)
  case descriptor(String, EncodingError)
}

extension GeneratorError: CustomStringConvertible {
  var description: String {
    switch self {
    case .unknownParameter(let text):
      "unknown parameter \"\(text)\"; known are access=public and access=package"
    case .unknownType(let name): "no type \(name) in the request"
    case .groupField(let name): "\(name) is a group; groups can be skipped, not generated"
    case .sameName(let name, let first, let second):
      "\(first) and \(second) both become \(name) in Swift; rename one, or set swift_prefix"
    case .descriptor(let path, let error): "the descriptor of \(path): \(error)"
    }
  }
}
