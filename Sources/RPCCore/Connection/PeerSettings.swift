/// What the other side is ready to receive; before its SETTINGS, what both sides assume.
package struct PeerSettings: Hashable, Sendable {
  package var frameBytesMax = 64 << 10
  package var messageBytesMax = 4 << 20
  package var streamsMax = 16
  package var streamWindowBytes = 64 << 10
  package var connectionWindowBytes = 1 << 20
  package var metadataBytesMax = 8 << 10
  /// Whether it takes messages that are compressed by zstd.
  package var takesZstd = false
  /// Name and version of its software, for logs.
  package var agent = ""

  /// The initial values.
  package init() {}

  /// What limits like these are announced as.
  package init(_ limits: Limits, agent: String) {
    frameBytesMax = limits.frameBytesMax
    messageBytesMax = limits.messageBytesMax
    streamsMax = limits.streamsMax
    streamWindowBytes = limits.streamWindowBytes
    connectionWindowBytes = limits.connectionWindowBytes
    metadataBytesMax = limits.metadataBytesMax
    takesZstd = limits.takesCompressed
    self.agent = agent
  }
}
