/// Writes a message from its end to its beginning into a buffer of exactly its size.
///
/// Backwards, the length of a message inside the message is known when its turn comes, so nothing
/// is measured twice and nothing is moved. Generated code therefore writes the last field first.
@safe
@frozen
public struct Writer: ~Copyable {
  // The pointer is valid because `bytes` runs `body` inside the closure that lends the buffer, and
  // `reserve` lets nothing pass its beginning.
  @usableFromInline let base: UnsafeMutablePointer<UInt8>
  @usableFromInline var position: Int
  /// What was lent instead of written, the last first; nil if everything is to be written.
  @usableFromInline var lent: [Lent]?
  /// Bytes of that, which count in the lengths of messages around them.
  @usableFromInline var lentCount = 0

  /// The value of a field that is not copied.
  @usableFromInline
  struct Lent {
    /// Where it belongs among the bytes that are written.
    let position: Int
    let bytes: Bytes
  }

  /// Bytes of a value that are worth the segments they make.
  @inlinable static var lentBytesMin: Int { 16 << 10 }

  private init(_ base: UnsafeMutablePointer<UInt8>, count: Int, lends: Bool) {
    unsafe self.base = base
    position = count
    lent = lends ? [] : nil
  }

  /// Lends a writer to `body`, which must write `count` bytes but for `lentCount` that it lends.
  ///
  /// What is written takes one allocation.
  @usableFromInline
  static func bytes(
    _ count: Int, lending lentCount: Int = 0, _ body: (inout Writer) -> Void
  ) -> SegmentedBytes {
    guard count > 0 else { return SegmentedBytes() }
    let writtenCount = count - lentCount
    var lent: [Lent]?
    var array: [UInt8] = []
    array.append(addingCapacity: writtenCount) { span in
      unsafe span.withUnsafeMutableBufferPointer { buffer, initialized in
        guard let base = buffer.baseAddress else { return }
        var writer = unsafe Writer(base, count: writtenCount, lends: lentCount > 0)
        body(&writer)
        precondition(writer.position == 0, "a message measured more bytes than it wrote")
        lent = writer.lent
        initialized = writtenCount
      }
    }
    let written = Bytes(array)
    guard let lent else { return SegmentedBytes(written) }
    var segments: [Bytes] = []
    var position = 0
    for value in lent.reversed() {
      segments += [written[position..<value.position], value.bytes]
      position = value.position
    }
    return SegmentedBytes(segments + [written[position...]])
  }

  /// Writes a field that is left out when it has its default.
  @inline(__always) @inlinable
  public mutating func value<Scalar: ScalarType>(
    _ number: Int, _ value: Scalar.Value, _ type: Scalar
  ) {
    guard !Scalar.isDefault(value) else { return }
    present(number, value, type)
  }

  /// Writes a field that is left out when it is nil.
  @inline(__always) @inlinable
  public mutating func optional<Scalar: ScalarType>(
    _ number: Int, _ value: Scalar.Value?, _ type: Scalar
  ) {
    guard let value else { return }
    present(number, value, type)
  }

  /// Writes a field whatever its value.
  @inline(__always) @inlinable
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
    let values = values.span
    for index in values.indices.reversed() { present(number, values[index], type) }
  }

  /// Writes a list under one tag.
  @inlinable
  public mutating func packed<Scalar: ScalarType>(
    _ number: Int, _ values: [Scalar.Value], _ type: Scalar
  ) {
    guard !values.isEmpty else { return }
    let end = enter()
    let values = values.span
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
  @inline(__always) @inlinable
  public mutating func present<Value: Message>(_ number: Int, _ message: borrowing Value) {
    let end = enter()
    message.write(to: &self)
    leave(number, end)
  }

  /// Writes a list of messages.
  @inlinable
  public mutating func messages<Value: Message>(_ number: Int, _ messages: [Value]) {
    let messages = messages.span  // which lends its elements, where an array would copy them
    var index = messages.count
    while index > 0 {
      index &-= 1
      let end = enter()
      messages[index].write(to: &self)
      leave(number, end)
    }
  }

  /// Writes what the schema does not know.
  @inline(__always) @inlinable
  public mutating func unknown(_ fields: UnknownFields) {
    guard let bytes = fields.kept else { return }
    unsafe bytes.withUnsafeBytes { unsafe raw($0) }
  }

  /// Begins, at its end, a message or an entry of a map; `leave` completes it.
  @inlinable
  public func enter() -> Int {
    position &- lentCount
  }

  /// Puts tag and length before what ends at `end`.
  @inline(__always) @inlinable
  public mutating func leave(_ number: Int, _ end: Int) {
    varint(UInt64(end - enter()))
    tag(number, .lengthDelimited)
  }
}

extension Writer {
  /// Lets a value be sent from where it is.
  @usableFromInline
  mutating func lend(_ bytes: Bytes) {
    lent?.append(Lent(position: position, bytes: bytes))
    lentCount += bytes.count
  }

  /// Makes room for `count` bytes before those already written.
  @inline(__always) @inlinable
  mutating func reserve(_ count: Int) {
    precondition(count <= position, "a message wrote more bytes than it measured")
    position &-= count
  }

  @inline(__always) @inlinable
  mutating func tag(_ number: Int, _ type: WireType) {
    varint(UInt64(truncatingIfNeeded: number) << 3 | UInt64(type.rawValue))
  }

  @inline(__always) @inlinable
  mutating func varint(_ value: UInt64) {
    guard value < 0x80 else {
      // What follows finds the position in a register, since it is set here and not by the call.
      position = longVarint(value)
      return
    }
    reserve(1)
    unsafe base[position] = UInt8(truncatingIfNeeded: value)
  }

  /// Writes a varint of several bytes, and says where it begins.
  ///
  /// Like all that is called to write, it releases nothing; told so, the compiler keeps what is
  /// being written in registers.
  @_effects(releasenone) @usableFromInline
  mutating func longVarint(_ value: UInt64) -> Int {
    if value < 0x4000 {
      let two = UInt16(truncatingIfNeeded: value & 0x7f | 0x80 | (value &>> 7) &<< 8)
      fixed(two)
      return position
    }
    let end = position
    let size = Varint.size(value)
    reserve(size)
    guard end >= 8, size <= 8 else { return bytewise(value) }
    // Pull the groups of 28, 14 and 7 bits apart, and mark all bytes but the last.
    let unused = UInt64(truncatingIfNeeded: (8 &- size) &* 8)
    var word = value & 0x0fff_ffff | (value & 0x00ff_ffff_f000_0000) &<< 4
    word = word & 0x0000_3fff_0000_3fff | (word & 0x0fff_c000_0fff_c000) &<< 2
    word = word & 0x007f_007f_007f_007f | (word & 0x3f80_3f80_3f80_3f80) &<< 1
    word |= 0x0080_8080_8080_8080 &>> unused
    // One store, of which the unused bytes fall on what is not written yet.
    unsafe UnsafeMutableRawPointer(base + (end &- 8))
      .storeBytes(of: (word &<< unused).littleEndian, as: UInt64.self)
    return position
  }

  /// Writes a varint from `position` on, for which room is made.
  @inline(never)
  private func bytewise(_ value: UInt64) -> Int {
    var rest = value
    var next = position
    while rest >= 0x80 {
      unsafe base[next] = UInt8(truncatingIfNeeded: rest) | 0x80
      next &+= 1
      rest &>>= 7
    }
    unsafe base[next] = UInt8(truncatingIfNeeded: rest)
    return position
  }

  @inline(__always) @inlinable
  mutating func fixed<Number: FixedWidthInteger>(_ value: Number) {
    reserve(MemoryLayout<Number>.size)
    unsafe UnsafeMutableRawPointer(base + position)
      .storeBytes(of: value.littleEndian, as: Number.self)
  }

  @inline(__always) @inlinable
  mutating func raw(_ bytes: UnsafeRawBufferPointer) {
    reserve(bytes.count)
    guard let source = bytes.baseAddress else { return }
    unsafe UnsafeMutableRawPointer(base + position)
      .copyMemory(from: source, byteCount: bytes.count)
  }
}
