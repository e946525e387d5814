extension Reader {
  /// Reads one value.
  @inlinable
  public mutating func value<Scalar: ScalarType>(
    _ type: Scalar
  ) throws(DecodingError) -> Scalar.Value {
    try Scalar.read(from: &self)
  }

  /// Reads one element of a list that is not packed.
  @inlinable
  public mutating func append<Scalar: ScalarType>(
    to values: inout [Scalar.Value], _ type: Scalar
  ) throws(DecodingError) {
    try countElements(1)
    values.append(try Scalar.read(from: &self))
  }

  /// Reads a packed list, which may be one of several parts.
  @inlinable
  public mutating func appendPacked<Scalar: ScalarType>(
    to values: inout [Scalar.Value], _ type: Scalar
  ) throws(DecodingError) {
    let outerEnd = end
    let length = try length()
    end = position + length
    if let width = Scalar.width {
      guard length.isMultiple(of: width) else { throw failure(.truncated) }
      try countElements(length / width)
      // Only once: a list in many small parts must still grow by doubling.
      if values.isEmpty { values.reserveCapacity(length / width) }
    }
    while position < end {
      if Scalar.width == nil { try countElements(1) }
      values.append(try Scalar.read(from: &self))
    }
    end = outerEnd
  }

  /// Reads a message into the one that is there, or into a new one.
  @inlinable
  public mutating func merge<Value: Message>(
    into message: inout Value?
  ) throws(DecodingError) {
    if message == nil { try spend(MemoryLayout<Value>.size &+ 48) }
    var merged = message ?? Value()
    message = nil  // `merged` alone owns its lists now, and grows them without copying them
    try merge(into: &merged)
    message = merged
  }

  /// Reads a message into the one that is there.
  @inlinable
  public mutating func merge<Value: Message>(
    into message: inout Value
  ) throws(DecodingError) {
    let outer = try enter()
    try message.merge(from: &self)
    leave(outer)
  }

  /// Reads the messages of a list that lie here one after the other.
  @inlinable
  public mutating func append<Value: Message>(
    to messages: inout [Value]
  ) throws(DecodingError) {
    let tagSize = position &- fieldStart
    let count = alike()
    try reserve(count, in: &messages)
    try messages.append(addingCapacity: count) { (span) throws(DecodingError) in
      for index in 0..<count {
        if index > 0 {
          fieldStart = position
          position &+= tagSize
        }
        try countElements(1)
        let outer = try enter()
        span.append(Value())
        try span[span.count &- 1].merge(from: &self)
        leave(outer)
      }
    }
  }

  /// Goes into an entry of a map, a message of key and value; `leave` goes out again.
  @inlinable
  public mutating func enterMapEntry<Key, Value>(
    of map: [Key: Value]
  ) throws(DecodingError) -> Int {
    try countElements(1)
    if map.count == map.capacity { try grow(map) }
    return try enter()
  }

  /// Goes out of a message, back into the one that ends at `outer`.
  @inlinable
  public mutating func leave(_ outer: Int) {
    depth &-= 1
    end = outer
  }

  /// Goes into a message and says where the outer one ends.
  @inline(__always) @inlinable
  mutating func enter() throws(DecodingError) -> Int {
    guard depth < limits.depthMax else { throw failure(.tooDeep(limit: limits.depthMax)) }
    let length = try length()
    let outer = end
    depth &+= 1
    end = position &+ length
    return outer
  }

  @inline(__always) @inlinable
  mutating func countElements(_ count: Int) throws(DecodingError) {
    guard count <= limits.elementsMax &- elements else {
      throw failure(.tooManyElements(limit: limits.elementsMax))
    }
    elements &+= count
  }
}
