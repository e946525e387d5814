/// Fields that the schema does not know, as they came, in the order in which they came.
///
/// They are written back after the known ones, so a message survives a program older than its schema.
@frozen
public struct UnknownFields: Hashable, Sendable {
  /// The tags and values, as on the wire.
  public private(set) var bytes: [UInt8] = []

  /// No fields.
  @inlinable
  public init() {}

  mutating func append(_ field: UnsafeBufferPointer<UInt8>) {
    unsafe bytes.append(contentsOf: field)
  }
}
