import Testing

@testable import Model

/// Serialised: the cache belongs to the whole process.
@Suite(.serialized)
struct MemoryTests {
  static let megabyte = 1 << 20

  /// A tensor of `megabytes`, made and freed.
  private func touch(megabytes: Int) throws {
    _ = try Tensor.zeros([megabytes * Self.megabyte / 4])
  }

  @Test func `freed memory is kept, counted, used again and given back`() throws {
    try Torch.cacheFreedMemory(bytesMax: 256 * Self.megabyte)
    Torch.releaseCachedMemory()
    try touch(megabytes: 40)
    let kept = Torch.memoryUse
    #expect(kept.cachedBytes >= 40 * Self.megabyte)
    try touch(megabytes: 40)
    #expect(Torch.memoryUse.hits > kept.hits)
    Torch.releaseCachedMemory()
    #expect(Torch.memoryUse.releasedBytes >= kept.releasedBytes + 40 * Self.megabyte)
  }

  @Test func `no more is kept than the budget`() throws {
    try Torch.cacheFreedMemory(bytesMax: 64 * Self.megabyte)
    for megabytes in [20, 24, 28, 33, 40, 65, 80] {
      try touch(megabytes: megabytes)
      #expect(Torch.memoryUse.cachedBytes <= 64 * Self.megabyte)
    }
    try Torch.cacheFreedMemory(bytesMax: 0)
    #expect(Torch.memoryUse.cachedBytes == 0)
    try Torch.cacheFreedMemory(bytesMax: 256 * Self.megabyte)
  }

  @Test func `memory too large for the machine is an error`() {
    #expect(throws: ModelError.self) { try Tensor.zeros([1 << 50]) }
  }
}
