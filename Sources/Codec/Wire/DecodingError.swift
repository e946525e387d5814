/// Why bytes are not the message they were taken for, and where.
public struct DecodingError: Error, Hashable, Sendable {
  /// What is wrong.
  public enum Reason: Hashable, Sendable {
    /// The message, or the message inside a message, ends before the value does.
    case truncated
    /// A varint has more than 10 bytes or more than 64 bits.
    case overlongVarint
    /// A field number is 0 or above 536,870,911.
    case invalidFieldNumber(UInt64)
    /// A tag has wire type 6 or 7.
    case invalidWireType(UInt8)
    /// A group ends that did not begin, or it never ends, or another one ends first.
    case unbalancedGroup(fieldNumber: UInt32)
    /// A string is not UTF-8.
    case invalidUTF8
    /// Messages and groups are nested deeper than ``DecodingLimits/depthMax``.
    case tooDeep(limit: Int)
    /// The message has more bytes than ``DecodingLimits/bytesMax``.
    case tooLarge(bytes: Int, limit: Int)
    /// Lists and maps together hold more than ``DecodingLimits/elementsMax``.
    case tooManyElements(limit: Int)
    /// Messages and maps take more memory than ``DecodingLimits/memoryPerByteMax`` and
    /// ``DecodingLimits/memoryBytesFree`` allow for a message of its bytes.
    case tooMuchMemory(limit: Int)
  }

  /// What is wrong.
  public let reason: Reason

  /// Where the unreadable value begins, in bytes from the start of the outermost message.
  public let offset: Int

  /// Makes an error about the value that begins at `offset`.
  public init(_ reason: Reason, at offset: Int) {
    self.reason = reason
    self.offset = offset
  }
}

extension DecodingError: CustomStringConvertible {
  /// One sentence with the value, the limit and the place.
  public var description: String {
    "\(reason) at byte \(offset)"
  }
}

extension DecodingError.Reason: CustomStringConvertible {
  /// One phrase with the value and the limit.
  public var description: String {
    switch self {
    case .truncated: "the message ends inside a value"
    case .overlongVarint: "a varint has more than 10 bytes or 64 bits"
    case .invalidFieldNumber(let number): "field number \(number) is not in 1...536870911"
    case .invalidWireType(let type): "wire type \(type) does not exist"
    case .unbalancedGroup(let number): "the group of field \(number) has no matching begin or end"
    case .invalidUTF8: "a string is not UTF-8"
    case .tooDeep(let limit): "messages are nested deeper than \(limit)"
    case .tooLarge(let bytes, let limit): "the message has \(bytes) bytes; the limit is \(limit)"
    case .tooManyElements(let limit): "lists and maps hold more than \(limit) elements"
    case .tooMuchMemory(let limit): "messages and maps take more than \(limit) bytes of memory"
    }
  }
}

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
