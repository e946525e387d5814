/// The number of a call on its connection; rises from call to call, and is not used again.
package struct StreamID: Hashable, Sendable {
  package let rawValue: UInt32

  package init(_ rawValue: UInt32) { self.rawValue = rawValue }

  /// What concerns the connection itself, not a call.
  package static let connection = StreamID(0)
  /// Above every call: the last stream named by the first step of a drain.
  package static let max = StreamID(.max)
}

extension StreamID: Comparable {
  package static func < (left: StreamID, right: StreamID) -> Bool { left.rawValue < right.rawValue }
}

extension StreamID: CustomStringConvertible {
  package var description: String { "\(rawValue)" }
}
