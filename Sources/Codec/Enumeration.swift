/// An open enum: numbers that the schema does not name are kept, not refused.
public protocol Enumeration: Hashable, Sendable, CaseIterable {
  /// The value of a number; `unrecognized` when the schema has no name for it.
  init(rawValue: Int32)

  /// The number on the wire.
  var rawValue: Int32 { get }
}
