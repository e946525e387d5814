import NIOCore
import RPCCore

/// Two sessions joined in memory: what one writes the other receives, with no socket between.
///
/// Both live on one event loop. Bytes are handed over on the loop's next turn, as a network would.
final class Loopback {
  /// Bytes on the way in one direction beyond which its sender waits.
  private static let bytesMax = 64 << 10

  private final class End: Transport {
    let loop: any EventLoop
    let session: any Session
    weak var other: End?
    var bytesOnTheWay = 0
    var isOpen = true

    init(loop: any EventLoop, session: any Session) {
      self.loop = loop
      self.session = session
    }

    var isWritable: Bool { isOpen && bytesOnTheWay < Loopback.bytesMax }

    func write(_ bytes: ByteBuffer) {
      guard isOpen else { return }
      bytesOnTheWay += bytes.readableBytes
      let (sender, receiver) = bound()
      loop.execute {
        guard let receiver = receiver.value, receiver.isOpen else { return }
        receiver.session.received(bytes)
        receiver.session.receivedAll()
        sender.value?.delivered(bytes.readableBytes)
      }
    }

    func close() {
      guard isOpen else { return }
      let (sender, receiver) = bound()
      loop.execute {
        sender.value?.disconnect()
        receiver.value?.disconnect()
      }
    }

    private func bound() -> (NIOLoopBound<End?>, NIOLoopBound<End?>) {
      (NIOLoopBound(self, eventLoop: loop), NIOLoopBound(other, eventLoop: loop))
    }

    private func delivered(_ bytes: Int) {
      let wasWritable = isWritable
      bytesOnTheWay -= bytes
      if !wasWritable && isWritable { session.becameWritable() }
    }

    private func disconnect() {
      guard isOpen else { return }
      isOpen = false
      session.disconnected(nil)
    }
  }

  private let first: End
  private let second: End

  /// Joins two sessions of `loop`; called on it.
  init(_ first: any Session, _ second: any Session, on loop: any EventLoop) {
    loop.assertInEventLoop()
    self.first = End(loop: loop, session: first)
    self.second = End(loop: loop, session: second)
    self.first.other = self.second
    self.second.other = self.first
    first.connected(to: self.first)
    second.connected(to: self.second)
  }
}
