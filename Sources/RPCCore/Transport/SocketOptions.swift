package import NIOCore

/// How sockets of both ends are set up.
package enum SocketOptions {
  /// Bytes that a connection may queue above its socket before it waits.
  private static let writeBufferWaterMark = ChannelOptions.Types.WriteBufferWaterMark(
    low: 32 << 10, high: 64 << 10)
  /// Bytes that the system may hold unsent: what waits there is in front of everything that comes
  /// later, so it must not be much.
  ///
  /// Sent and unacknowledged bytes do not count.
  private static let unsentBytesMax = 64 << 10
  /// `TCP_NOTSENT_LOWAT` of Linux.
  private static let unsentBytesOption = NIOBSDSocket.Option(rawValue: 25)

  /// Sets a new channel up; on its event loop.
  package static func set(on channel: any Channel, for address: Address) throws {
    guard let options = channel.syncOptions else { return }
    try options.setOption(.writeBufferWaterMark, value: writeBufferWaterMark)
    try options.setOption(
      .recvAllocator,
      value: AdaptiveRecvByteBufferAllocator(minimum: 1 << 10, initial: 4 << 10, maximum: 64 << 10))
    switch address {
    case .tcp:
      try options.setOption(.tcpOption(.tcp_nodelay), value: 1)
      try options.setOption(.tcpOption(unsentBytesOption), value: unsentBytesMax)
    case .unix:
      break
    }
  }
}
