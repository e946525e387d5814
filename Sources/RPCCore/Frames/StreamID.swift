/// The number of a call on its connection; rises from call to call, and is not used again.
@frozen
public struct StreamID: Hashable, Sendable {
  /// The number as it stands in frames.
  public let rawValue: UInt32

  /// Names the stream of this number.
  @inlinable
  public init(_ rawValue: UInt32) { self.rawValue = rawValue }

  /// What concerns the connection itself, not a call.
  @inlinable public static var connection: StreamID { StreamID(0) }
  /// Above every call: the last stream named by the first step of a drain.
  @inlinable public static var max: StreamID { StreamID(.max) }
}

extension StreamID: Comparable {
  /// Whether a stream was opened before another.
  @inlinable
  public static func < (left: StreamID, right: StreamID) -> Bool { left.rawValue < right.rawValue }
}

extension StreamID: CustomStringConvertible {
  /// The number.
  public var description: String { "\(rawValue)" }
}
