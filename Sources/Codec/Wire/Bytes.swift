/// A view of shared, immutable bytes: a slice costs a reference count, never a copy.
///
/// A view keeps all of the bytes it was cut from alive. Decoded messages hold views of the received
/// buffer; call ``compacted()`` on a small view that outlives a large buffer. As with `ArraySlice`,
/// the indices of a slice are those of its base, so the first byte is at `startIndex`, not at 0.
@frozen
public struct Bytes: Sendable {
  @usableFromInline let storage: [UInt8]
  @usableFromInline let bounds: Range<Int>

  /// Makes an empty view.
  @inlinable
  public init() {
    self.init([])
  }

  /// Takes over an array without copying it.
  @inlinable
  public init(_ array: [UInt8]) {
    self.init(storage: array, bounds: array.indices)
  }

  /// Copies a sequence, or takes it over when it is a view or an array already.
  @inlinable
  public init(_ bytes: some Sequence<UInt8>) {
    if let view = bytes as? Bytes {
      self = view
    } else {
      self.init([UInt8](bytes))
    }
  }

  @inlinable
  init(storage: [UInt8], bounds: Range<Int>) {
    self.storage = storage
    self.bounds = bounds
  }

  /// Calls `body` with the bytes in memory; the pointer is valid only inside `body`.
  @inlinable
  public func withUnsafeBytes<Result, Failure>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try unsafe storage.withUnsafeBufferPointer { (all) throws(Failure) -> Result in
      try unsafe body(UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: all[bounds])))
    }
  }

  /// The same bytes, copied when the view is only a part of what it keeps alive.
  public func compacted() -> Bytes {
    bounds == storage.indices ? self : Bytes(Array(storage[bounds]))
  }
}

extension Bytes: RandomAccessCollection {
  /// The index of the first byte, 0 only in a view that is not a slice.
  @inlinable
  public var startIndex: Int { bounds.lowerBound }

  /// The index after the last byte.
  @inlinable
  public var endIndex: Int { bounds.upperBound }

  /// One byte.
  @inlinable
  public subscript(index: Int) -> UInt8 {
    precondition(bounds.contains(index), "index \(index) is outside \(bounds)")
    return storage[index]
  }

  /// A view of a part, without a copy.
  @inlinable
  public subscript(range: Range<Int>) -> Bytes {
    precondition(
      range.lowerBound >= bounds.lowerBound && range.upperBound <= bounds.upperBound,
      "range \(range) is outside \(bounds)")
    return Bytes(storage: storage, bounds: range)
  }

  /// Calls `body` with the bytes in memory; never returns nil.
  @inlinable
  public func withContiguousStorageIfAvailable<Result>(
    _ body: (UnsafeBufferPointer<UInt8>) throws -> Result
  ) rethrows -> Result? {
    try unsafe storage.withUnsafeBufferPointer {
      try unsafe body(UnsafeBufferPointer(rebasing: $0[bounds]))
    }
  }
}

extension Bytes: Hashable {
  /// Compares the bytes, whatever they are views of.
  public static func == (left: Bytes, right: Bytes) -> Bool {
    guard left.count == right.count else { return false }
    return unsafe left.withUnsafeBytes { left in
      unsafe right.withUnsafeBytes { right in unsafe haveSameContent(left, right) }
    }
  }

  /// Feeds the bytes to `hasher`.
  public func hash(into hasher: inout Hasher) {
    unsafe withUnsafeBytes { unsafe hasher.combine(bytes: $0) }
  }
}

extension Bytes: ExpressibleByArrayLiteral {
  /// Makes a view of the listed bytes.
  public init(arrayLiteral elements: UInt8...) {
    self.init(elements)
  }
}

extension Bytes: CustomStringConvertible {
  /// The length and the first bytes in hexadecimal, for logs and failed tests.
  public var description: String {
    let shown = prefix(16).map { byte in
      let digits = String(byte, radix: 16)
      return byte < 16 ? "0" + digits : digits
    }
    return "\(count) bytes: " + shown.joined() + (count > 16 ? "…" : "")
  }
}

extension Array where Element == UInt8 {
  /// The bytes of a view: its own array when it is of all of that, else one copy.
  @inlinable
  public init(_ bytes: Bytes) {
    self =
      bytes.bounds == bytes.storage.indices ? bytes.storage : Array(bytes.storage[bytes.bounds])
  }
}

/// Compares buffers of one size, eight bytes at a time.
private func haveSameContent(
  _ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer
) -> Bool {
  var index = 0
  while index &+ 8 <= left.count {
    let one = unsafe left.loadUnaligned(fromByteOffset: index, as: UInt64.self)
    let other = unsafe right.loadUnaligned(fromByteOffset: index, as: UInt64.self)
    guard one == other else { return false }
    index &+= 8
  }
  while index < left.count {
    guard unsafe left[index] == right[index] else { return false }
    index &+= 1
  }
  return true
}
