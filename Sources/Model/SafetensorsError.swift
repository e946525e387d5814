/// What makes a file not safetensors, or more than the limits allow.
package enum SafetensorsError: Error, Equatable {
  case tooLarge(what: String, value: Int, limit: Int)
  case truncated(bytes: Int, needed: Int)
  case badHeader(at: Int, reason: String)
  case duplicateName(String)
  case unknownType(tensor: String, type: String)
  case badOffsets(tensor: String, reason: String)
  case uncovered(bytes: Int, of: Int)
}

extension SafetensorsError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .tooLarge(let what, let value, let limit): "\(what) is \(value); the limit is \(limit)"
    case .truncated(let bytes, let needed): "\(bytes) bytes where \(needed) are needed"
    case .badHeader(let position, let reason): "header byte \(position): \(reason)"
    case .duplicateName(let name): "the name \(name) stands there twice"
    case .unknownType(let tensor, let type): "the tensor \(tensor) has the unknown type \(type)"
    case .badOffsets(let tensor, let reason): "the tensor \(tensor): \(reason)"
    case .uncovered(let bytes, let all): "the tensors cover \(bytes) of \(all) bytes of data"
    }
  }
}
