/// Adds up how many bytes a message takes, before its one buffer is allocated.
@frozen
public struct Sizer: ~Copyable {
  /// The deepest nesting that is written; what decoders accept by default.
  @usableFromInline static var depthMax: Int { 100 }

  /// The largest message of the format: lengths are signed 32-bit numbers in some languages.
  @usableFromInline static var bytesMax: Int { Int(Int32.max) }

  @usableFromInline var count = 0
  /// How many of those bytes a writer may lend.
  @usableFromInline var lentCount = 0
  @usableFromInline var depth = 0
  @usableFromInline var isTooDeep = false

  @inlinable
  init() {}

  @inlinable
  func total() throws(EncodingError) -> Int {
    guard !isTooDeep else { throw .tooDeep(limit: Self.depthMax) }
    guard count <= Self.bytesMax else { throw .tooLarge(bytes: count, limit: Self.bytesMax) }
    return count
  }

  /// Adds a field that is left out when it has its default.
  @inline(__always) @inlinable
  public mutating func value<Scalar: ScalarType>(
    _ number: Int, _ value: Scalar.Value, _ type: Scalar
  ) {
    // Always a sum, so that it stays in a register from field to field. It cannot overflow: no
    // program lives through so many additions.
    count &+= Scalar.isDefault(value) ? 0 : Varint.tagSize(number) &+ Scalar.size(of: value)
    lentCount &+= Scalar.lentSize(of: value)
  }

  /// Adds a field that is left out when it is nil.
  @inline(__always) @inlinable
  public mutating func optional<Scalar: ScalarType>(
    _ number: Int, _ value: Scalar.Value?, _ type: Scalar
  ) {
    guard let value else { return }
    present(number, value, type)
  }

  /// Adds a field whatever its value.
  @inline(__always) @inlinable
  public mutating func present<Scalar: ScalarType>(
    _ number: Int, _ value: Scalar.Value, _ type: Scalar
  ) {
    count &+= Varint.tagSize(number) &+ Scalar.size(of: value)
    lentCount &+= Scalar.lentSize(of: value)
  }

  /// Adds a list of which each element has a tag.
  @inlinable
  public mutating func repeated<Scalar: ScalarType>(
    _ number: Int, _ values: [Scalar.Value], _ type: Scalar
  ) {
    let values = values.span
    for index in values.indices { present(number, values[index], type) }
  }

  /// Adds a list under one tag.
  @inlinable
  public mutating func packed<Scalar: ScalarType>(
    _ number: Int, _ values: [Scalar.Value], _ type: Scalar
  ) {
    guard !values.isEmpty else { return }
    let start = count
    if let width = Scalar.width {
      count += values.count * width
    } else {
      let values = values.span
      for index in values.indices { count += Scalar.size(of: values[index]) }
    }
    addHeader(number, start)
  }

  /// Adds a message, if there is one.
  @inlinable
  public mutating func message<Value: Message>(_ number: Int, _ message: Value?) {
    guard let message else { return }
    present(number, message)
  }

  /// Adds a message.
  @inline(__always) @inlinable
  public mutating func present<Value: Message>(_ number: Int, _ message: borrowing Value) {
    let start = enter()
    guard !isTooDeep else { return }
    message.measure(with: &self)
    leave(number, start)
  }

  /// Adds a list of messages.
  @inlinable
  public mutating func messages<Value: Message>(_ number: Int, _ messages: [Value]) {
    let messages = messages.span
    for index in messages.indices { present(number, messages[index]) }
  }

  /// Adds what the schema does not know.
  @inline(__always) @inlinable
  public mutating func unknown(_ fields: UnknownFields) {
    count &+= fields.kept?.count ?? 0
  }

  /// Begins a message or an entry of a map; `leave` ends it.
  @inlinable
  public mutating func enter() -> Int {
    depth += 1
    if depth > Self.depthMax { isTooDeep = true }
    return count
  }

  /// Ends what began at `start`, and adds its tag and length.
  @inlinable
  public mutating func leave(_ number: Int, _ start: Int) {
    depth -= 1
    addHeader(number, start)
  }

  @inlinable
  mutating func addHeader(_ number: Int, _ start: Int) {
    count &+= Varint.tagSize(number) &+ Varint.size(UInt64(truncatingIfNeeded: count &- start))
  }
}
