/// How a value lies on the wire; the low three bits of a tag.
@frozen
public enum WireType: UInt8, Sendable {
  case varint, fixed64, lengthDelimited, startGroup, endGroup, fixed32
}
