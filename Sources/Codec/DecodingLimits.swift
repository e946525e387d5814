/// What a sender can make the decoder spend.
public struct DecodingLimits: Hashable, Sendable {
  /// The largest message; 64 MiB by default.
  public var bytesMax: Int

  /// How deep messages and groups may be nested, the outermost counting as 0; 100 by default.
  public var depthMax: Int

  /// How many elements all lists and maps of a message may hold together; 262,144 by default.
  ///
  /// An empty message in a list takes two bytes on the wire and a few hundred in memory, so a limit
  /// on bytes alone does not limit memory.
  public var elementsMax: Int

  /// Sets the limits; each default suits a message from a stranger.
  public init(bytesMax: Int = 64 << 20, depthMax: Int = 100, elementsMax: Int = 1 << 18) {
    self.bytesMax = bytesMax
    self.depthMax = depthMax
    self.elementsMax = elementsMax
  }
}
