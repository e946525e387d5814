internal import Model

/// How much of the machine an engine may use.
package struct EngineConfiguration: Sendable {
  /// Threads of one tensor operation.
  package var computingThreads = 2
  /// Threads that decode images, beside those.
  package var decodingThreads = 2
  /// Weights of trained models that are kept loaded.
  package var modelBytesMax = 256 << 20
  /// Freed memory of tensors that is kept for the next ones, which doubles the speed.
  package var tensorCacheBytesMax = 384 << 20

  package init() {}

  /// Applies what holds for the whole process; call it once, before any tensor is made.
  package func apply() throws {
    try Torch.cacheFreedMemory(bytesMax: tensorCacheBytesMax)
  }
}
