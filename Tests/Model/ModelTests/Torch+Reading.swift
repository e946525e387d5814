import CTorch

@testable import Model

// What only tests ask libtorch and its allocator.

extension Torch {
  /// Of the memory of tensors, in bytes and numbers of allocations.
  struct MemoryUse {
    var cachedBytes: Int
    var releasedBytes: Int
    var hits: Int
  }

  static var memoryUse: MemoryUse {
    var read = ct_cache_statistics()
    ct_cache_read(&read)
    return MemoryUse(
      cachedBytes: Int(read.cached_bytes), releasedBytes: Int(read.released_bytes),
      hits: Int(read.hits))
  }

  /// Threads which one operation on the calling thread computes with.
  static var threadCount: Int { Int(ct_thread_count()) }
}

extension Tensor {
  /// What `backward` left here.
  func gradient() throws(ModelError) -> Tensor? {
    var made: OpaquePointer?
    try Tensor.check(ct_gradient(handle, &made))
    return made.map(Tensor.init(owning:))
  }
}
