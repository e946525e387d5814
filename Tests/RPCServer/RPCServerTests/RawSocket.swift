import Foundation
import Glibc
import RPCCore

/// A TCP socket: a peer that may send anything, also what no client would.
final class RawSocket {
  private let descriptor: CInt

  struct Failure: Error { let code = errno }

  /// Connects, from an address of this machine that is not the usual one if `source` names it.
  init(_ address: Address, from source: String? = nil) throws {
    guard case .tcp(_, let port) = address else { throw Failure() }
    descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
    var target = sockaddr_in()
    target.sin_family = sa_family_t(AF_INET)
    target.sin_port = in_port_t(port).bigEndian
    target.sin_addr.s_addr = inet_addr("127.0.0.1")
    var timeout = timeval(tv_sec: 20, tv_usec: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
    if let source { try bind(to: source) }
    let result = withUnsafePointer(to: &target) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard result == 0 else { throw Failure() }
  }

  deinit { close(descriptor) }

  private func bind(to source: String) throws {
    var own = sockaddr_in()
    own.sin_family = sa_family_t(AF_INET)
    own.sin_addr.s_addr = inet_addr(source)
    let result = withUnsafePointer(to: &own) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        Glibc.bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard result == 0 else { throw Failure() }
  }

  /// Lets the end of this socket reset the connection, instead of closing it.
  func resetAtEnd() {
    var reset = linger(l_onoff: 1, l_linger: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &reset, socklen_t(MemoryLayout<linger>.size))
  }

  /// Sends what is written at once, however little.
  func sendAtOnce() {
    var yes: CInt = 1
    setsockopt(descriptor, CInt(IPPROTO_TCP), TCP_NODELAY, &yes, socklen_t(MemoryLayout<CInt>.size))
  }

  func send(_ bytes: [UInt8]) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes {
        Glibc.send(descriptor, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL))
      }
      guard count > 0 else { return }
      rest = rest.dropFirst(count)
    }
  }

  /// Says that nothing more is sent.
  func shutDown() { shutdown(descriptor, CInt(SHUT_WR)) }

  /// The next frame of this type; those before it are dropped.
  ///
  /// - Throws: if the server closes before.
  func frame(_ type: FrameType, _ replies: inout RawReplies) async throws -> Frame {
    while true {
      while let frame = try replies.next() {
        if frame.header.type == type { return frame }
      }
      let bytes = try await receive()
      guard !bytes.isEmpty else { throw Failure() }
      replies.append(bytes)
    }
  }

  /// All bytes until the server closes.
  func readToEnd() async throws -> [UInt8] {
    var all: [UInt8] = []
    while true {
      let bytes = try await receive()
      if bytes.isEmpty { return all }
      all += bytes
    }
  }

  /// What arrives next; empty when the server has closed.
  ///
  /// Waits on a thread of its own: Swift's pool has no more of them than the machine has cores, and
  /// the server under test needs those.
  private func receive() async throws -> [UInt8] {
    let descriptor = descriptor
    return try await withCheckedThrowingContinuation { continuation in
      Thread.detachNewThread {
        continuation.resume(with: Result { try Self.read(descriptor) })
      }
    }
  }

  /// What arrives next, on a thread that may block.
  func receiveNow() throws -> [UInt8] { try Self.read(descriptor) }

  private static func read(_ descriptor: CInt) throws -> [UInt8] {
    var buffer = [UInt8](repeating: 0, count: 16_384)
    let count = recv(descriptor, &buffer, buffer.count, 0)
    guard count >= 0 else { throw Failure() }
    return Array(buffer[..<count])
  }
}
