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

extension Reader {
  /// Keeps a field that the schema does not know.
  ///
  /// - Throws: As ``skip(_:)``.
  public mutating func keep(
    _ tag: UInt32, in unknownFields: inout UnknownFields
  ) throws(DecodingError) {
    let start = fieldStart
    try skip(tag)
    let field = unsafe UnsafeBufferPointer(start: base + start, count: position - start)
    unsafe unknownFields.append(field)
  }

  /// Passes over the value of a field, a group with all that it holds.
  ///
  /// - Throws: An error if the tag is illegal, the value is cut off, or groups are unbalanced or
  ///   too deep.
  public mutating func skip(_ tag: UInt32) throws(DecodingError) {
    var openGroups: [UInt32] = []
    var tag = tag
    while true {
      let number = tag >> 3
      guard number != 0 else { throw failure(.invalidFieldNumber(0)) }
      switch try wireType(of: tag) {
      case .varint: _ = try varint()
      case .fixed64: _ = try fixed(UInt64.self)
      case .fixed32: _ = try fixed(UInt32.self)
      case .lengthDelimited:
        let length = try length()
        position += length
      case .startGroup:
        guard depth + openGroups.count < limits.depthMax else {
          throw failure(.tooDeep(limit: limits.depthMax))
        }
        openGroups.append(number)
      case .endGroup:
        guard openGroups.popLast() == number else {
          throw failure(.unbalancedGroup(fieldNumber: number))
        }
      }
      guard let innermost = openGroups.last else { return }
      guard let next = try nextTag() else {
        throw failure(.unbalancedGroup(fieldNumber: innermost))
      }
      tag = next
    }
  }

  private mutating func wireType(of tag: UInt32) throws(DecodingError) -> WireType {
    let bits = UInt8(tag & 7)
    guard let type = WireType(rawValue: bits) else { throw failure(.invalidWireType(bits)) }
    return type
  }
}
