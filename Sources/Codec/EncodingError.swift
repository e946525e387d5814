/// Why a message cannot be written.
public enum EncodingError: Error, Hashable, Sendable {
  /// Messages are nested deeper than any decoder must follow.
  case tooDeep(limit: Int)
  /// The message would have more bytes than the format allows.
  case tooLarge(bytes: Int, limit: Int)
}

extension EncodingError: CustomStringConvertible {
  /// One phrase with the value and the limit.
  public var description: String {
    switch self {
    case .tooDeep(let limit): "messages are nested deeper than \(limit)"
    case .tooLarge(let bytes, let limit): "the message has \(bytes) bytes; the limit is \(limit)"
    }
  }
}
