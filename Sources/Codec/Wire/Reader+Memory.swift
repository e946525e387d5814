extension Reader {
  /// Takes what a new block of so many bytes needs from the memory that the message may have.
  @inlinable
  mutating func spend(_ bytes: Int) throws(DecodingError) {
    guard bytes <= memoryLeft else { throw outOfMemory() }
    memoryLeft &-= bytes
  }

  @inline(never) @usableFromInline
  mutating func outOfMemory() -> DecodingError {
    let bytes = unsafe limits.memoryAllowance(ofMessage: source.pointee.count)
    return failure(.tooMuchMemory(limit: bytes))
  }

  /// Makes room for `count` more messages at the end of a list, and pays for it.
  ///
  /// What a list of scalars takes is in proportion to its bytes, and is not paid for.
  @inline(__always) @inlinable
  mutating func reserve<Value: Message>(
    _ count: Int, in messages: inout [Value]
  ) throws(DecodingError) {
    guard count > messages.capacity &- messages.count else { return }
    // A list in many parts must still grow by doubling.
    let added = max(count, messages.count)
    try spend(added &* MemoryLayout<Value>.stride &+ (messages.isEmpty ? 64 : 0))
    messages.reserveCapacity(messages.count &+ added)
  }

  /// Pays for the next entry of a map that is full: its table is about to double.
  @inline(never) @inlinable
  mutating func grow<Key, Value>(_ map: [Key: Value]) throws(DecodingError) {
    // A table is full when three of four places are taken.
    let places = map.count &* 3 / 2 &+ 2
    let place = MemoryLayout<Key>.stride &+ MemoryLayout<Value>.stride
    try spend(places &* place &+ (map.isEmpty ? 128 : 0))
  }

  /// How many fields with the tag that has just been read lie here one after the other, with it.
  @usableFromInline
  func alike() -> Int {
    let tagSize = position &- fieldStart
    let tag = unsafe base[fieldStart]
    let countMax = limits.elementsMax &- elements &+ 1
    var count = 1
    var next = endOfValue(at: position)
    while count < countMax, let start = next, end &- start > tagSize {
      guard unsafe base[start] == tag else { return count }
      for index in 1..<tagSize
      where unsafe base[start &+ index] != base[fieldStart &+ index] {
        return count
      }
      next = endOfValue(at: start &+ tagSize)
      if next != nil { count &+= 1 }
    }
    return count
  }

  /// Where the value ends whose length lies at `start`; nil if it is cut off, or over 256 MiB.
  @inline(__always)
  private func endOfValue(at start: Int) -> Int? {
    if start < end, case let length = unsafe Int(base[start]), length < 0x80 {
      return length < end &- start ? start &+ 1 &+ length : nil
    }
    return endOfLongValue(at: start)
  }

  private func endOfLongValue(at start: Int) -> Int? {
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
}
