/// Writes a message from its end to its beginning into a buffer of exactly its size.
///
/// Backwards, the length of a message inside the message is known when its turn comes, so nothing
/// is measured twice and nothing is moved. Generated code therefore writes the last field first.
@safe
@frozen
public struct Writer: ~Copyable {
  // The pointer is valid because `serialized` runs `write` inside the closure that lends the
  // buffer, and `reserve` lets nothing pass its beginning.
  @usableFromInline let base: UnsafeMutablePointer<UInt8>
  @usableFromInline var position: Int

  @inlinable
  init(_ base: UnsafeMutablePointer<UInt8>, count: Int) {
    unsafe self.base = base
    position = count
  }

  @inlinable var isFull: Bool { position == 0 }

  /// Writes a field that is left out when it has its default.
  @inlinable
  public mutating func value<Scalar: ScalarType>(
    _ number: Int, _ value: Scalar.Value, _ type: Scalar
  ) {
    guard !Scalar.isDefault(value) else { return }
    present(number, value, type)
  }

  /// Writes a field that is left out when it is nil.
  @inlinable
  public mutating func optional<Scalar: ScalarType>(
    _ number: Int, _ value: Scalar.Value?, _ type: Scalar
  ) {
    guard let value else { return }
    present(number, value, type)
  }

  /// Writes a field whatever its value.
  @inlinable
  public mutating func present<Scalar: ScalarType>(
    _ number: Int, _ value: Scalar.Value, _ type: Scalar
  ) {
    Scalar.write(value, to: &self)
    tag(number, Scalar.wireType)
  }

  /// Writes a list of which each element has a tag.
  @inlinable
  public mutating func repeated<Scalar: ScalarType>(
    _ number: Int, _ values: [Scalar.Value], _ type: Scalar
  ) {
    for index in values.indices.reversed() { present(number, values[index], type) }
  }

  /// Writes a list under one tag.
  @inlinable
  public mutating func packed<Scalar: ScalarType>(
    _ number: Int, _ values: [Scalar.Value], _ type: Scalar
  ) {
    guard !values.isEmpty else { return }
    let end = position
    for index in values.indices.reversed() { Scalar.write(values[index], to: &self) }
    leave(number, end)
  }

  /// Writes a message, if there is one.
  @inlinable
  public mutating func message<Value: Message>(_ number: Int, _ message: Value?) {
    guard let message else { return }
    present(number, message)
  }

  /// Writes a message.
  @inlinable
  public mutating func present<Value: Message>(_ number: Int, _ message: Value) {
    let end = enter()
    message.write(to: &self)
    leave(number, end)
  }

  /// Writes a list of messages.
  @inlinable
  public mutating func messages<Value: Message>(_ number: Int, _ messages: [Value]) {
    for index in messages.indices.reversed() { present(number, messages[index]) }
  }

  /// Writes what the schema does not know.
  @inlinable
  public mutating func unknown(_ fields: UnknownFields) {
    guard !fields.bytes.isEmpty else { return }
    unsafe fields.bytes.withUnsafeBytes { unsafe raw($0) }
  }

  /// Begins, at its end, a message or an entry of a map; `leave` completes it.
  @inlinable
  public func enter() -> Int {
    position
  }

  /// Puts tag and length before what ends at `end`.
  @inlinable
  public mutating func leave(_ number: Int, _ end: Int) {
    varint(UInt64(end - position))
    tag(number, .lengthDelimited)
  }
}

extension Writer {
  /// Makes room for `count` bytes before those already written.
  @inlinable
  mutating func reserve(_ count: Int) {
    precondition(count <= position, "a message wrote more bytes than it measured")
    position -= count
  }

  @inlinable
  mutating func tag(_ number: Int, _ type: WireType) {
    varint(UInt64(truncatingIfNeeded: number) << 3 | UInt64(type.rawValue))
  }

  @inlinable
  mutating func varint(_ value: UInt64) {
    guard value >= 0x80 else {
      reserve(1)
      unsafe base[position] = UInt8(truncatingIfNeeded: value)
      return
    }
    let size = Varint.size(value)
    reserve(size)
    var rest = value
    for index in position..<(position + size - 1) {
      unsafe base[index] = UInt8(truncatingIfNeeded: rest) | 0x80
      rest >>= 7
    }
    unsafe base[position + size - 1] = UInt8(truncatingIfNeeded: rest)
  }

  @inlinable
  mutating func fixed<Number: FixedWidthInteger>(_ value: Number) {
    reserve(MemoryLayout<Number>.size)
    unsafe UnsafeMutableRawPointer(base + position)
      .storeBytes(of: value.littleEndian, as: Number.self)
  }

  @inlinable
  mutating func raw(_ bytes: UnsafeRawBufferPointer) {
    reserve(bytes.count)
    guard let source = bytes.baseAddress else { return }
    unsafe UnsafeMutableRawPointer(base + position)
      .copyMemory(from: source, byteCount: bytes.count)
  }
}
