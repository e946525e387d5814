internal import CTorch

/// What holds for libtorch in the whole process.
///
/// The host of the process sets `OPENBLAS_NUM_THREADS=1` and `OMP_WAIT_POLICY=passive` before it
/// starts: otherwise two thread pools fight for the cores, and idle threads spin.
package enum Torch {
  /// Keeps up to `bytes` of what tensors freed for the next ones; doubles the speed on a CPU.
  package static func cacheFreedMemory(bytesMax: Int) throws(ModelError) {
    try Tensor.check(ct_cache_set_budget(UInt64(max(0, bytesMax))))
  }

  /// Gives the kept memory back to the system, as after a training or an unloaded model.
  package static func releaseCachedMemory() {
    ct_cache_clear()
  }

  /// Seeds dropout; everything else random is drawn in Swift.
  static func seed(_ seed: UInt64) throws(ModelError) {
    try Tensor.check(ct_seed(seed))
  }

  /// Sets how many threads one operation on the calling thread computes with.
  static func setThreadCount(_ count: Int) throws(ModelError) {
    try Tensor.check(ct_set_thread_count(Int32(clamping: count)))
  }
}
