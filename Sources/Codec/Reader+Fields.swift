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

  /// Reads one message of a list.
  @inlinable
  public mutating func append<Value: Message>(
    to messages: inout [Value]
  ) throws(DecodingError) {
    try countElements(1)
    if messages.isEmpty { messages.reserveCapacity(alike()) }
    messages.append(Value())
    try merge(into: &messages[messages.count &- 1])
  }

  /// How many fields with the tag that has just been read lie here one after the other, with it.
  ///
  /// What is reserved for them is no more than reading them takes.
  @usableFromInline
  func alike() -> Int {
    let tagSize = position &- fieldStart
    let countMax = limits.elementsMax &- elements &+ 1
    var count = 1
    var next = endOfValue(at: position)
    while count < countMax, let start = next, end &- start > tagSize {
      for index in 0..<tagSize where unsafe base[start &+ index] != base[fieldStart &+ index] {
        return count
      }
      next = endOfValue(at: start &+ tagSize)
      if next != nil { count &+= 1 }
    }
    return count
  }

  /// Where the value ends whose length lies at `start`; nil if it is cut off, or over 256 MiB.
  private func endOfValue(at start: Int) -> Int? {
    var length = 0
    var next = start
    for shift in stride(from: 0, to: 28, by: 7) where next < end {
      let byte = unsafe Int(base[next])
      next &+= 1
      length |= (byte & 0x7f) &<< shift
      if byte < 0x80 { return length <= end &- next ? next &+ length : nil }
    }
    return nil
  }

  /// Goes into an entry of a map, a message of key and value; `leave` goes out again.
  @inlinable
  public mutating func enterMapEntry() throws(DecodingError) -> Int {
    try countElements(1)
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
