/// Fields that the schema does not know, as they came, in the order in which they came.
///
/// They are written back after the known ones, so a message survives a program older than its schema.
@frozen
public struct UnknownFields: Hashable, Sendable {
  // Never an empty array: nil costs nothing to make, copy and destroy, and most messages have none.
  @usableFromInline var kept: [UInt8]?

  /// No fields.
  @inlinable
  public init() {}

  /// The tags and values, as on the wire.
  @inlinable
  public var bytes: [UInt8] { kept ?? [] }

  mutating func append(_ field: UnsafeBufferPointer<UInt8>) {
    if kept == nil { kept = [] }
    unsafe kept?.append(contentsOf: field)
  }
}
