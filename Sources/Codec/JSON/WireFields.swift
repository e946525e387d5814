import Codec

/// A value as it lies on the wire, before anything is known of its type.
enum WireValue: Hashable {
  case varint(UInt64)
  case fixed64(UInt64)
  case fixed32(UInt32)
  case bytes(Bytes)
  /// What stands between the begin and the end of a group.
  case group(Bytes)
}

/// Goes over the fields of one message, which it takes from bytes without knowing its type.
struct WireFields {
  private let bytes: Bytes
  private var position: Int
  private let depthMax: Int

  init(_ bytes: Bytes, depthMax: Int) {
    self.bytes = bytes
    position = bytes.startIndex
    self.depthMax = depthMax
  }

  /// The number and value of the next field, or nil at the end.
  mutating func next() throws(DecodingError) -> (number: Int, value: WireValue)? {
    guard position < bytes.endIndex else { return nil }
    let (number, type) = try tag()
    guard type == .startGroup else { return (number, try value(type, number)) }
    let start = position
    var open = [number]
    while let innermost = open.last {
      guard open.count <= depthMax else { throw fault(.tooDeep(limit: depthMax)) }
      let end = position
      guard position < bytes.endIndex else {
        throw fault(.unbalancedGroup(fieldNumber: UInt32(innermost)))
      }
      let (inner, type) = try tag()
      if type == .startGroup {
        open.append(inner)
      } else if type == .endGroup, inner == innermost {
        open.removeLast()
        if open.isEmpty { return (number, .group(bytes[start..<end])) }
      } else {
        _ = try value(type, inner)
      }
    }
    return nil
  }

  /// One value of a packed list.
  mutating func nextPacked(_ type: WireType) throws(DecodingError) -> WireValue? {
    position < bytes.endIndex ? try value(type, 0) : nil
  }

  private mutating func tag() throws(DecodingError) -> (number: Int, type: WireType) {
    let tag = try varint()
    guard tag >> 3 != 0, tag >> 3 <= 536_870_911 else {
      throw fault(.invalidFieldNumber(tag >> 3))
    }
    guard let type = WireType(rawValue: UInt8(tag & 7)) else {
      throw fault(.invalidWireType(UInt8(tag & 7)))
    }
    return (Int(tag >> 3), type)
  }

  private mutating func value(
    _ type: WireType, _ number: Int
  ) throws(DecodingError) -> WireValue {
    switch type {
    case .varint: return .varint(try varint())
    case .fixed64: return .fixed64(try fixed())
    case .fixed32: return .fixed32(try fixed())
    case .lengthDelimited:
      let length = try varint()
      guard length <= UInt64(bytes.endIndex - position) else { throw fault(.truncated) }
      position += Int(length)
      return .bytes(bytes[(position - Int(length))..<position])
    case .startGroup, .endGroup: throw fault(.unbalancedGroup(fieldNumber: UInt32(number)))
    }
  }

  private mutating func varint() throws(DecodingError) -> UInt64 {
    var value: UInt64 = 0
    for shift in stride(from: UInt64(0), through: 63, by: 7) {
      guard position < bytes.endIndex else { throw fault(.truncated) }
      let byte = bytes[position]
      position += 1
      guard shift < 63 || byte <= 1 else { throw fault(.overlongVarint) }
      value |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return value }
    }
    throw fault(.overlongVarint)
  }

  private mutating func fixed<Number: FixedWidthInteger>() throws(DecodingError) -> Number {
    let width = Number.bitWidth / 8
    guard bytes.endIndex - position >= width else { throw fault(.truncated) }
    var value: Number = 0
    for index in 0..<width { value |= Number(bytes[position + index]) << Number(8 * index) }
    position += width
    return value
  }

  private func fault(_ reason: DecodingError.Reason) -> DecodingError {
    DecodingError(reason, at: position - bytes.startIndex)
  }
}

/// Writes the fields of messages one after the other.
struct WireBuilder {
  private(set) var bytes: [UInt8] = []

  mutating func field(_ number: Int, _ value: WireValue) {
    switch value {
    case .varint: tag(number, .varint)
    case .fixed64: tag(number, .fixed64)
    case .fixed32: tag(number, .fixed32)
    case .bytes(let value):
      tag(number, .lengthDelimited)
      varint(UInt64(value.count))
    case .group: preconditionFailure("JSON has no groups")
    }
    packed(value)
  }

  /// Writes a value without its tag.
  mutating func packed(_ value: WireValue) {
    switch value {
    case .varint(let value): varint(value)
    case .fixed64(let value): withUnsafeBytes(of: value.littleEndian) { bytes += $0 }
    case .fixed32(let value): withUnsafeBytes(of: value.littleEndian) { bytes += $0 }
    case .bytes(let value), .group(let value): bytes += value
    }
  }

  /// Begins a message; `end` puts its length before it.
  mutating func begin(_ number: Int) -> Int {
    tag(number, .lengthDelimited)
    return bytes.count
  }

  mutating func end(_ start: Int) {
    let content = bytes.count
    varint(UInt64(content - start))
    let length = Array(bytes[content...])
    bytes.removeLast(length.count)
    bytes.insert(contentsOf: length, at: start)
  }

  private mutating func tag(_ number: Int, _ type: WireType) {
    varint(UInt64(number) << 3 | UInt64(type.rawValue))
  }

  private mutating func varint(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }
}
