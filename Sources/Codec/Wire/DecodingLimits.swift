/// What a sender can make the decoder spend.
public struct DecodingLimits: Hashable, Sendable {
  /// The largest message; 64 MiB by default.
  public var bytesMax: Int

  /// How deep messages and groups may be nested, the outermost counting as 0; 100 by default.
  public var depthMax: Int

  /// How many elements all lists and maps of a message may hold together; 262,144 by default.
  public var elementsMax: Int

  /// Memory for what takes far more of it than bytes, for each byte of the message; 32 by default.
  ///
  /// That is messages in lists, in boxes and in maps, and maps: an empty message takes two bytes on
  /// the wire and a few hundred in memory. What else there is never takes more than 40 a byte.
  public var memoryPerByteMax: Int

  /// Memory for the same, however few bytes the message has; 1 MiB by default.
  public var memoryBytesFree: Int

  /// Sets the limits; each default suits a message from a stranger.
  public init(
    bytesMax: Int = 64 << 20, depthMax: Int = 100, elementsMax: Int = 1 << 18,
    memoryPerByteMax: Int = 32, memoryBytesFree: Int = 1 << 20
  ) {
    self.bytesMax = bytesMax
    self.depthMax = depthMax
    self.elementsMax = elementsMax
    self.memoryPerByteMax = memoryPerByteMax
    self.memoryBytesFree = memoryBytesFree
  }

  /// The most memory that decoding a message of so many bytes takes, all that it allocates counted:
  /// by default at most 88 times the bytes and 1.5 MiB.
  public func memoryBytesMax(ofMessage bytes: Int) -> Int {
    // The half is the old buffer of the one list or map that is growing.
    let allowance = memoryAllowance(ofMessage: bytes)
    let (scalars, isPast) = bytes.multipliedReportingOverflow(by: 40)
    let (sum, isFarPast) = scalars.addingReportingOverflow(allowance / 2)
    let (total, isFarthestPast) = sum.addingReportingOverflow(allowance)
    return isPast || isFarPast || isFarthestPast ? .max : total
  }

  /// Memory for messages and maps; never negative, and no number overflows.
  @usableFromInline
  func memoryAllowance(ofMessage bytes: Int) -> Int {
    let (product, isPast) = bytes.multipliedReportingOverflow(by: memoryPerByteMax)
    let (sum, isFarPast) = product.addingReportingOverflow(memoryBytesFree)
    return isPast || isFarPast ? .max : sum
  }
}
