package import Codec

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

extension PeerSettings {
  /// Bytes of the name of a peer's software, at most.
  static let agentBytesMax = 64

  /// Encodings that a peer may name, at most.
  static let encodingsMax = 64

  /// The payload of a SETTINGS frame.
  package func serialized() throws(Status) -> Bytes {
    try encode(
      WireSettings(
        frameBytesMax: UInt32(frameBytesMax), messageBytesMax: UInt32(messageBytesMax),
        streamsMax: UInt32(streamsMax), streamWindowBytes: UInt32(streamWindowBytes),
        connectionWindowBytes: UInt32(connectionWindowBytes),
        metadataBytesMax: UInt32(metadataBytesMax), agent: agent.cut(toBytes: Self.agentBytesMax),
        encodings: takesZstd ? [.zstd] : []))
  }

  /// Reads the payload of a SETTINGS frame.
  package init(serialized: Bytes) throws(ConnectionFault) {
    self.init()
    let wire: WireSettings
    do {
      wire = try WireSettings(
        serialized: serialized,
        limits: DecodingLimits(
          bytesMax: serialized.count, depthMax: 2, elementsMax: Self.encodingsMax))
    } catch {
      throw .protocolError("malformed settings: \(error)")
    }
    guard wire.agent.utf8.count <= Self.agentBytesMax else {
      throw .protocolError(
        "\(wire.agent.utf8.count) bytes in the agent's name; the limit is \(Self.agentBytesMax)")
    }
    agent = wire.agent
    takesZstd = wire.encodings.contains(.zstd)
    try Self.read(wire.frameBytesMax, into: &frameBytesMax, Limits.frameBytesAllowed, "frame bytes")
    try Self.read(
      wire.streamWindowBytes, into: &streamWindowBytes, Limits.streamWindowAllowed,
      "bytes in a stream's window")
    try Self.read(
      wire.connectionWindowBytes, into: &connectionWindowBytes, Limits.connectionWindowAllowed,
      "bytes in the connection's window")
    try Self.read(
      wire.messageBytesMax, into: &messageBytesMax, 1...Int(UInt32.max), "message bytes")
    try Self.read(wire.streamsMax, into: &streamsMax, 1...Int(UInt32.max), "streams")
    try Self.read(
      wire.metadataBytesMax, into: &metadataBytesMax, 1...Int(UInt32.max), "metadata bytes")
  }

  /// Takes a value that is set, if it is allowed.
  private static func read(
    _ value: UInt32, into setting: inout Int, _ allowed: ClosedRange<Int>, _ name: String
  ) throws(ConnectionFault) {
    guard value != 0 else { return }
    guard allowed.contains(Int(value)) else {
      throw .protocolError(
        "\(value) \(name) in the settings; allowed are \(allowed.lowerBound) to \(allowed.upperBound)"
      )
    }
    setting = Int(value)
  }
}
