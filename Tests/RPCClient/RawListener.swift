import Glibc
import RPCCore

/// A TCP server that says only what a test tells it to.
final class RawListener {
  struct Failure: Error { let code = errno }

  /// One connection, closed when it is forgotten.
  final class Connection {
    private let descriptor: CInt

    init(_ descriptor: CInt) { self.descriptor = descriptor }

    deinit { close(descriptor) }

    /// Preface and settings, all initial.
    func sayHello() {
      let hello: [UInt8] =
        [0xD1, 0x59, 0x4D, 0x4C, 1, 0] + [0, 0, 0, 1] + [UInt8](repeating: 0, count: 8)
      _ = send(descriptor, hello, hello.count, CInt(MSG_NOSIGNAL))
    }
  }

  private let descriptor: CInt
  let address: Address

  init() throws {
    descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
    var name = sockaddr_in()
    name.sin_family = sa_family_t(AF_INET)
    name.sin_addr.s_addr = inet_addr("127.0.0.1")
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let descriptor = descriptor
    let result = withUnsafeMutablePointer(to: &name) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { name in
        bind(descriptor, name, length) == 0 && listen(descriptor, 16) == 0
          && getsockname(descriptor, name, &length) == 0
      }
    }
    guard result else { throw Failure() }
    address = .tcp(host: "127.0.0.1", port: Int(UInt16(bigEndian: name.sin_port)))
  }

  deinit { close(descriptor) }

  /// Waits for a client.
  func accept() throws -> Connection {
    let connection = Glibc.accept(descriptor, nil, nil)
    guard connection >= 0 else { throw Failure() }
    return Connection(connection)
  }
}
