import CMalloc

/// What the C library does with the memory of large messages once they are gone.
public enum LargeBlocks {
  /// Blocks below this come out of memory that is used again; above it they are mapped anew each time.
  private static let reusedBytesMax: Int32 = 16 << 20
  /// Free memory that each of the C library's pools keeps instead of giving it back.
  private static let keptBytesMax: Int32 = 64 << 20

  /// Keeps the blocks of large messages for the next ones, in all of the program; for its start.
  ///
  /// Otherwise every message of a few hundred kilobytes takes fresh pages from the system, which cost
  /// nearly as much as all else that is done for the message.
  public static func reuse() {
    // Both must be set: setting one ends the C library's own adapting of the other. A program in which
    // that fails is no worse off than before.
    _ = mallopt(M_MMAP_THRESHOLD, reusedBytesMax)
    _ = mallopt(M_TRIM_THRESHOLD, keptBytesMax)
  }
}
