package import API
internal import Cryptography
internal import Foundation
package import WellKnownTypes

/// The number of a row of one table; it is never given to another row of that table.
package struct Identifier<Subject>: Hashable, Sendable {
  package let rawValue: Int64

  package init(_ rawValue: Int64) { self.rawValue = rawValue }
}

package typealias AccountID = Identifier<AccountRecord>
package typealias TokenID = Identifier<Token>
package typealias ProjectID = Identifier<ProjectRecord>
package typealias TrainingID = Identifier<TrainingRecord>

/// A point in time, in milliseconds since 1970-01-01 UTC.
package struct Timestamp: Hashable, Comparable, Sendable {
  package let unixMilliseconds: Int64

  package init(unixMilliseconds: Int64) { self.unixMilliseconds = unixMilliseconds }

  /// By the system's clock.
  package static func now() -> Timestamp {
    Timestamp(unixMilliseconds: Int64(Date().timeIntervalSince1970 * 1_000))
  }

  package static func < (left: Timestamp, right: Timestamp) -> Bool {
    left.unixMilliseconds < right.unixMilliseconds
  }

  /// The day in UTC, such as `2026-11-30`.
  package var day: String { String(dateTime.prefix(10)) }

  /// The second in UTC, such as `2026-11-30T09:24:00`.
  package var dateTime: String {
    let date = Date(timeIntervalSince1970: Double(unixMilliseconds) / 1_000)
    return date.formatted(.iso8601.year().month().day().time(includingFractionalSeconds: false))
  }

  /// Later by whole milliseconds; the rest of the duration is dropped.
  package static func + (time: Timestamp, delay: Duration) -> Timestamp {
    let (seconds, attoseconds) = delay.components
    let milliseconds = seconds * 1_000 + attoseconds / 1_000_000_000_000_000
    return Timestamp(unixMilliseconds: time.unixMilliseconds + milliseconds)
  }
}

/// The SHA-256 of an object's bytes, which is its name.
package struct ObjectHash: Hashable, Sendable, CustomStringConvertible {
  /// 64 lower-case hexadecimal digits.
  package let hex: String

  /// Nothing unless `hex` is 64 lower-case hexadecimal digits.
  package init?(hex: String) {
    guard isLowerHex(hex, digits: 64...64) else { return nil }
    self.hex = hex
  }

  /// From the 32 bytes of a digest.
  init(digest: some Sequence<UInt8>) { hex = lowerHex(digest) }

  /// From a column that a constraint keeps well formed.
  init(column: String) { hex = column }

  package var description: String { hex }
}

extension ProtoTimestamp {
  package init(_ time: Timestamp) { self.init(sinceEpoch: .milliseconds(time.unixMilliseconds)) }

  /// Of a column.
  init(column: Int64) { self.init(Timestamp(unixMilliseconds: column)) }
}
