internal import CTorch

/// What holds for libtorch in the whole process.
///
/// The host of the process sets `OPENBLAS_NUM_THREADS=1` and `OMP_WAIT_POLICY=passive` before it
/// starts: otherwise two thread pools fight for the cores, and idle threads spin.
package enum Torch {
  /// The version of the library, such as "1.13.1".
  package static var version: String { String(cString: ct_version()) }

  /// Keeps up to `bytes` of what tensors freed for the next ones; doubles the speed on a CPU.
  package static func cacheFreedMemory(bytesMax: Int) throws(ModelError) {
    try Tensor.check(ct_cache_set_budget(UInt64(max(0, bytesMax))))
  }

  /// Gives the kept memory back to the system, as after a training or an unloaded model.
  package static func releaseCachedMemory() {
    ct_cache_clear()
  }

  /// Of the memory of tensors, in bytes and numbers of allocations.
  package struct MemoryUse: Sendable, Equatable {
    package var liveBytes: Int
    package var liveBytesMax: Int
    package var cachedBytes: Int
    package var releasedBytes: Int
    package var hits: Int
    package var misses: Int
  }

  package static var memoryUse: MemoryUse {
    var read = ct_cache_statistics()
    ct_cache_read(&read)
    return MemoryUse(
      liveBytes: Int(read.live_bytes), liveBytesMax: Int(read.live_bytes_max),
      cachedBytes: Int(read.cached_bytes), releasedBytes: Int(read.released_bytes),
      hits: Int(read.hits), misses: Int(read.misses))
  }

  /// Seeds dropout; everything else random is drawn in Swift.
  static func seed(_ seed: UInt64) throws(ModelError) {
    try Tensor.check(ct_seed(seed))
  }

  /// Threads which one operation on the calling thread computes with.
  static var threadCount: Int { Int(ct_thread_count()) }

  static func setThreadCount(_ count: Int) throws(ModelError) {
    try Tensor.check(ct_set_thread_count(Int32(clamping: count)))
  }
}
