/// Bytes in one segment or several, which belong together in this order.
///
/// A message that is encoded for sending need not copy its large `bytes` fields: they stay the views
/// they are, between segments of what was written.
@frozen
public struct SegmentedBytes: Sendable {
  @frozen
  @usableFromInline
  struct Segment: Sendable {
    /// The place of its first byte in the whole.
    @usableFromInline let start: Int
    @usableFromInline let bytes: Bytes
  }

  /// The only segment, unless there are ``segments``.
  @usableFromInline let only: Bytes
  @usableFromInline let segments: [Segment]?

  /// Takes a single segment.
  @inlinable
  public init(_ bytes: Bytes = Bytes()) {
    only = bytes
    segments = nil
  }

  /// Takes segments in their order.
  public init(_ views: [Bytes]) {
    var segments: [Segment] = []
    segments.reserveCapacity(views.count)
    var start = 0
    for view in views where !view.isEmpty {
      segments.append(Segment(start: start, bytes: view))
      start += view.count
    }
    only = Bytes()
    self.segments = segments
  }

  /// Bytes of all segments together.
  @inlinable
  public var count: Int {
    guard let segments else { return only.count }
    guard let last = segments.last else { return 0 }
    return last.start + last.bytes.count
  }

  /// The bytes as one view: a copy, unless there is but one segment.
  public func joined() -> Bytes {
    guard let segments else { return only }
    var array: [UInt8] = []
    array.reserveCapacity(count)
    for segment in segments {
      // Not the view itself, which would be copied byte by byte.
      unsafe segment.bytes.withUnsafeBytes { unsafe array.append(contentsOf: $0) }
    }
    return Bytes(array)
  }

  /// Calls `body` with views of the bytes in `range`, in order and none empty; offsets count from 0.
  @inlinable
  public func forEachSegment(in range: Range<Int>, _ body: (Bytes) -> Void) {
    guard !range.isEmpty else { return }
    guard let segments else {
      return body(only[only.startIndex + range.lowerBound..<only.startIndex + range.upperBound])
    }
    precondition(range.lowerBound >= 0 && range.upperBound <= count, "\(range) of \(count)")
    var index = Self.indexOfSegment(with: range.lowerBound, in: segments)
    var offset = range.lowerBound
    while offset < range.upperBound {
      let bytes = segments[index].bytes
      let begin = bytes.startIndex + offset - segments[index].start
      let end = min(bytes.endIndex, begin + range.upperBound - offset)
      body(bytes[begin..<end])
      offset += end - begin
      index += 1
    }
  }

  /// By halving: the chunks of a message with many segments must not walk past all of them.
  @usableFromInline
  static func indexOfSegment(with offset: Int, in segments: [Segment]) -> Int {
    var low = 0
    var high = segments.count
    while high - low > 1 {
      let middle = (low + high) / 2
      if segments[middle].start <= offset { low = middle } else { high = middle }
    }
    return low
  }
}
